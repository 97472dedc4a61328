/** The 2D context of either kind of canvas, whose union has overloads that TypeScript tells apart by chance. */
export function context2d(
  canvas: HTMLCanvasElement | OffscreenCanvas,
  settings?: CanvasRenderingContext2DSettings,
): OffscreenCanvasRenderingContext2D | null {
  return (canvas as OffscreenCanvas).getContext("2d", settings);
}
