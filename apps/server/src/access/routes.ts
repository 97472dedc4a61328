/** Signing in, signing out, and tickets for live connections. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";

import { Problem, refuseInvalid } from "../api/problem.ts";
import { json, problem } from "../api/schemas.ts";
import type { Gate } from "./gate.ts";
import { TICKET_MS, type TokenAccess } from "./token-access.ts";

/** What decides who is let in; `undefined` when everybody on this machine is. */
export interface AccessParts {
  readonly access: TokenAccess;
  readonly gate: Gate;
}

const LONGEST_TOKEN = 1_000;
const MOST_RUNS = 64;

const SessionSchema = z
  .object({
    isOpen: z.boolean().describe("Nobody needs to sign in: the server listens on its own machine alone."),
    isSignedIn: z.boolean(),
    expiresAt: z.iso.datetime().optional().describe("When the session ends unless it is used; absent for a token."),
  })
  .openapi("Session");

export function accessRoutes(parts: AccessParts | undefined): OpenAPIHono {
  const app = new OpenAPIHono({ defaultHook: refuseInvalid });

  app.openapi(
    createRoute({
      operationId: "getSession",
      method: "get",
      path: "/session",
      summary: "Whether the caller has to sign in, and has",
      responses: { 200: json(SessionSchema, "How it stands."), default: problem },
    }),
    async (c) => {
      if (!parts) return c.json({ isOpen: true, isSignedIn: false }, 200);
      const caller = await parts.gate.callerOf(c);
      if (caller === undefined) return c.json({ isOpen: false, isSignedIn: false }, 200);
      return c.json({ isOpen: false, isSignedIn: true, ...(caller !== "token" && toExpiry(caller)) }, 200);
    },
  );

  app.openapi(
    createRoute({
      operationId: "signIn",
      method: "post",
      path: "/session",
      summary: "Sign in with the access token",
      description: "Sets a cookie that keeps the caller signed in for 12 hours after its last use.",
      request: {
        body: {
          required: true,
          content: { "application/json": { schema: z.object({ token: z.string().min(1).max(LONGEST_TOKEN) }) } },
        },
      },
      responses: { 200: json(SessionSchema, "Signed in."), default: problem },
    }),
    async (c) => {
      if (!parts) throw new Problem(409, "nothing-to-sign-in-to", "This server asks nobody to sign in.");
      const signedIn = await parts.gate.signIn(c, c.req.valid("json").token);
      // The refusal is a problem document, which every route may answer.
      if (signedIn instanceof Response) return signedIn as never;
      return c.json({ isOpen: false, isSignedIn: true, ...toExpiry(signedIn) }, 200);
    },
  );

  app.openapi(
    createRoute({
      operationId: "signOut",
      method: "delete",
      path: "/session",
      summary: "Sign out; live connections of the session are closed",
      responses: { 204: { description: "Signed out." }, default: problem },
    }),
    async (c) => {
      await parts?.gate.signOut(c);
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      operationId: "createTicket",
      method: "post",
      path: "/ws-ticket",
      summary: "A ticket for one live connection",
      description: "It goes into the first message of the connection, works once, and for 30 seconds.",
      request: {
        body: {
          required: false,
          content: {
            "application/json": {
              // Somebody who misspells the limits of a ticket must not get one without limits.
              schema: z.strictObject({
                runs: z
                  .array(z.string().min(1).max(100))
                  .min(1)
                  .max(MOST_RUNS)
                  .optional()
                  .describe("The only runs that may be followed; without it, everything may."),
              }),
            },
          },
        },
      },
      responses: {
        201: json(z.object({ ticket: z.string(), expiresInMs: z.int() }), "The ticket."),
        default: problem,
      },
    }),
    async (c) => {
      if (!parts) throw new Problem(409, "no-ticket-needed", "This server asks nobody for a ticket.");
      const caller = await parts.gate.callerOf(c);
      if (caller === undefined) throw new Problem(401, "sign-in-needed", "Sign in first.");
      // Without a body the validator leaves this out.
      const { runs } = c.req.valid("json") ?? {};
      const ticket = await parts.access.createTicket(caller === "token" ? undefined : caller, runs ?? "all");
      return c.json({ ticket, expiresInMs: TICKET_MS }, 201);
    },
  );

  return app;
}

function toExpiry({ expiresAtMs }: { readonly expiresAtMs: number }): { expiresAt: string } {
  return { expiresAt: new Date(expiresAtMs).toISOString() };
}
