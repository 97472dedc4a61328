import type { OpenApiDocument } from "./openapi-document.ts";
import { parseOpenApi } from "./read-document.ts";

/** A document small enough to be read in a test. */
export const SMALL_YAML = `openapi: 3.1.0
info: { title: Test, version: "1" }
paths:
  /api/{projectId}/things:
    parameters:
      - { name: projectId, in: path, required: true, schema: { type: integer } }
    get:
      operationId: listThings
      deprecated: true
      parameters:
        - { $ref: "#/components/parameters/Kind" }
        - { name: limit, in: query, required: true, schema: { type: integer } }
      responses:
        "200":
          description: Things.
          content:
            application/json:
              schema: { $ref: "#/components/schemas/Things" }
components:
  parameters:
    Kind: { name: kind, in: query, schema: { type: string, enum: [big, small] } }
  schemas:
    Things:
      type: object
      required: [kind, created]
      properties:
        kind: { type: string, enum: [big, small] }
        created: { type: string, format: date-time }
`;

/** The small document, or what a test made of it. */
export function parseSmall(yaml = SMALL_YAML): OpenApiDocument {
  return parseOpenApi(yaml, "small.yaml").document;
}
