/** A turn's place on its list: it sorts by time, and tells the code of one that was given up on. */
export function listedAs(at: number, code = ""): string {
  const time = new Date(at).toISOString();
  return code === "" ? time : `${time}#${code}`;
}

export function fromListedAs(listedAs: string): { at: number; code: string } {
  const [time = "", code = ""] = listedAs.split("#");
  return { at: Date.parse(time), code };
}
