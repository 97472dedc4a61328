import { describe, expect, it } from "vitest";

import { createClientReader } from "./proxy.ts";

function read(remote: string | undefined, headers: Record<string, string>, trusted: string[] = ["10.0.0.0/8", "::1"]) {
  return createClientReader(trusted)(remote, (name) => headers[name]);
}

describe("readClient", () => {
  it("believes nobody by default", () => {
    const headers = { "x-forwarded-for": "1.2.3.4", "x-forwarded-proto": "https" };

    expect(read("127.0.0.1", headers, [])).toEqual({ address: "127.0.0.1", isSecure: false, isLocal: true });
    expect(read("9.9.9.9", headers)).toEqual({ address: "9.9.9.9", isSecure: false, isLocal: false });
  });

  it.each([
    { remote: "10.0.0.1", forwarded: "1.2.3.4", address: "1.2.3.4" },
    { remote: "::ffff:10.0.0.1", forwarded: "1.2.3.4", address: "1.2.3.4" },
    { remote: "::1", forwarded: "2001:db8::7", address: "2001:db8:0:0::/64" },
    { remote: "10.0.0.1", forwarded: "6.6.6.6, 1.2.3.4, 10.0.0.2", address: "1.2.3.4" },
    { remote: "10.0.0.1", forwarded: "nonsense", address: "10.0.0.1" },
    { remote: "10.0.0.1", forwarded: "", address: "10.0.0.1" },
  ])("takes $address from $remote saying '$forwarded'", ({ remote, forwarded, address }) => {
    expect(read(remote, { "x-forwarded-for": forwarded }).address).toBe(address);
  });

  it.each([
    { remote: "127.0.0.1", forwarded: undefined, isLocal: true },
    { remote: "::ffff:127.0.0.1", forwarded: undefined, isLocal: true },
    { remote: "::1", forwarded: "", isLocal: true },
    { remote: "::1", forwarded: "127.0.0.1", isLocal: true },
    { remote: "::1", forwarded: "1.2.3.4", isLocal: false },
    // A proxy that nobody listed cannot be told from a program of this machine.
    { remote: "127.0.0.1", forwarded: "1.2.3.4", isLocal: true },
    { remote: "10.0.0.1", forwarded: "127.0.0.1", isLocal: false },
    { remote: "1.2.3.4", forwarded: undefined, isLocal: false },
  ])("$remote saying $forwarded is on this machine: $isLocal", ({ remote, forwarded, isLocal }) => {
    expect(read(remote, forwarded === undefined ? {} : { "x-forwarded-for": forwarded }).isLocal).toBe(isLocal);
  });

  it.each(["2001:db8:0:7::1", "2001:0DB8::7:ffff:ffff:ffff:ffff", "2001:db8:0:7:1:2:3.4.5.6", "2001:db8:0:7::%eth0"])(
    "takes %s for its network, whose addresses one client has all of",
    (remote) => {
      expect(read(remote, {}).address).toBe("2001:db8:0:7::/64");
    },
  );

  it("takes a trusted proxy's word on https", () => {
    expect(read("10.0.0.1", { "x-forwarded-proto": "https" }).isSecure).toBe(true);
    expect(read("10.0.0.1", { "x-forwarded-proto": "http" }).isSecure).toBe(false);
  });

  it("knows that a lost connection has no address", () => {
    expect(read(undefined, {}).address).toBe("unknown");
  });
});
