import { answerFormOf, isSafe, operationTable, type AnswerOf, type OperationId } from "./api-types.ts";
import type { Route } from "./routes.ts";
import { createTransport, type RequestArgument, type StudioOptions, type Transport } from "./transport.ts";

/** A Studio whose operations can all be called by their ids. */
export interface Studio extends Transport {
  /**
   * Calls one operation by its operationId.
   *
   * @throws {RangeError} for an id that is none, where no compiler looks.
   * @throws As `Transport.send`.
   */
  call<K extends OperationId>(operation: K, ...request: RequestArgument<K>): Promise<AnswerOf<K>>;
}

/**
 * Names a Studio to talk to. Sends nothing yet.
 *
 * @throws {TypeError} for a key that no header can carry, or an address that is none.
 */
export function createStudio(options: StudioOptions): Studio {
  const transport = createTransport(options);
  return {
    ...transport,
    call: async (operation, ...request) => transport.send(routeOf(operation), ...request),
  };
}

function routeOf<K extends OperationId>(operation: K): Route<K> {
  if (!Object.hasOwn(operationTable, operation)) throw new RangeError(`There is no operation "${operation}".`);
  const { method, path } = operationTable[operation];
  return { operation, method, path, isSafe: isSafe(operation), form: answerFormOf(operation) };
}
