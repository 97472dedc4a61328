import { createStudio, type Studio } from "./studio.ts";
import type { StudioOptions } from "./transport.ts";

/** What a faked operation answers: JSON, or a whole response. */
type Reply = object | Response;

/** A real connection would keep its request alive; without this, one that never ends could be garbage collected. */
const requestsInFlight = new Set<Request>();

/** For tests: a `Studio` whose other end is a function from the request to the answer. */
export function fakeStudio(
  answer: (path: string, query: URLSearchParams, request: Request) => Reply | Promise<Reply>,
  options: Partial<StudioOptions> = {},
): { studio: Studio; requests: string[] } {
  const requests: string[] = [];
  const studio = createStudio({
    apiKey: "ei_secret",
    baseUrl: "http://studio.test",
    // One attempt, unless the test is about more.
    retry: { most: 0 },
    fetch: async (input) => {
      const request = input as Request;
      const { pathname, searchParams } = new URL(request.url);
      requests.push(`${request.method} ${pathname}`);
      requestsInFlight.add(request);
      const reply = await Promise.resolve(answer(pathname, searchParams, request)).finally(() =>
        requestsInFlight.delete(request),
      );
      return reply instanceof Response ? reply : Response.json({ success: true, ...reply });
    },
    ...options,
  });
  return { studio, requests };
}
