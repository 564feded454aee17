/** Of V8's heap, as Lambda starts Node in a function with so much memory. */
export const heapLimits = (memoryMb: number): string[] => [
  `--max-semi-space-size=${Math.floor(memoryMb * 0.05)}`,
  `--max-old-space-size=${Math.floor(memoryMb * 0.9)}`,
];
