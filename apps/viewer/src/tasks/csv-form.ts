/**
 * What a table has to look like that Studio takes and the impulse can classify.
 *
 * @param axes Names of the impulse's axes, as far as any recording has shown them.
 * @param frequencyHz The impulse's; none for pictures.
 */
export function sayCsvForm(axes: readonly string[], frequencyHz: number | undefined): string {
  const names = axes.length > 0 ? axes.join(", ") : "one for each axis of the impulse, by its name";
  const step =
    frequencyHz === undefined || !(frequencyHz > 0)
      ? ""
      : `, ${Number((1_000 / frequencyHz).toFixed(2))} apart (${Number(frequencyHz.toFixed(2))} Hz)`;
  return `A CSV begins with a row of names: timestamp, then ${names}. Timestamps are in ms${step}.`;
}
