// A function for the test of the processes in which the peers' functions run.
export async function handler(name: string): Promise<string> {
  if (name === "never") return new Promise(() => {});
  if (name === "fails") throw new Error("it failed");
  return `${process.env.GREETING} ${name}`;
}
