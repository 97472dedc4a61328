import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { AccessApi } from "../api.ts";
import { SignIn } from "./sign-in.svelte.ts";

let api: { [K in keyof AccessApi]: ReturnType<typeof vi.fn<AccessApi[K]>> };
let signIn: SignIn;
const { signal } = new AbortController();

beforeEach(() => {
  vi.useFakeTimers();
  api = {
    readSession: vi.fn(async () => ({ isOpen: false, isSignedIn: false })),
    signIn: vi.fn(async () => undefined),
    signOut: vi.fn(async () => undefined),
    createTicket: vi.fn(async () => "wst_1"),
  };
  signIn = new SignIn(api);
});

afterEach(() => vi.useRealTimers());

describe("SignIn", () => {
  it.each([
    { session: { isOpen: true, isSignedIn: false }, state: "in" },
    { session: { isOpen: false, isSignedIn: true }, state: "in" },
    { session: { isOpen: false, isSignedIn: false }, state: "needed" },
  ])("is $state when the server says $session", async ({ session, state }) => {
    api.readSession.mockResolvedValue(session);

    expect(signIn.state).toBe("asking");
    await signIn.ask(signal);

    expect(signIn.state).toBe(state);
  });

  it("asks again while the server does not answer", async () => {
    api.readSession.mockResolvedValueOnce(undefined);

    const asked = signIn.ask(signal);
    await vi.advanceTimersByTimeAsync(2_000);
    await asked;

    expect(api.readSession).toHaveBeenCalledTimes(2);
    expect(signIn.state).toBe("needed");
  });

  it("is in after the right token, and says why not after a wrong one", async () => {
    await signIn.ask(signal);
    api.signIn.mockResolvedValueOnce("This is not the access token.");

    await signIn.submit("wrong");
    expect(signIn).toMatchObject({ state: "needed", error: "This is not the access token.", isBusy: false });

    await signIn.submit("right");
    expect(signIn).toMatchObject({ state: "in", error: undefined });
  });

  it("sends nothing for an empty field, and one token at a time", async () => {
    await signIn.ask(signal);
    await signIn.submit("");
    await Promise.all([signIn.submit("right"), signIn.submit("right")]);

    expect(api.signIn).toHaveBeenCalledTimes(1);
  });

  it("has tickets where they are asked for, and none where nobody asks", async () => {
    await signIn.ask(signal);
    expect(await signIn.ticket?.()).toBe("wst_1");

    api.readSession.mockResolvedValue({ isOpen: true, isSignedIn: false });
    await signIn.ask(signal);
    expect(signIn.ticket).toBeUndefined();
  });

  it("asks for the token again when the session has ended", async () => {
    await signIn.ask(signal);
    await signIn.submit("right");
    api.createTicket.mockResolvedValue(undefined);

    await expect(signIn.ticket?.()).rejects.toThrow("ended");

    expect(signIn).toMatchObject({ state: "needed", error: "Your session has ended. Sign in again." });
  });

  it("asks for the token again after signing out", async () => {
    await signIn.ask(signal);
    await signIn.submit("right");
    await signIn.signOut();

    expect(api.signOut).toHaveBeenCalledOnce();
    expect(signIn).toMatchObject({ state: "needed", error: undefined });
  });

  it("stays in when the server just does not answer", async () => {
    await signIn.ask(signal);
    await signIn.submit("right");
    api.createTicket.mockRejectedValue(new TypeError("Failed to fetch"));

    await expect(signIn.ticket?.()).rejects.toThrow("Failed to fetch");

    expect(signIn.state).toBe("in");
  });
});
