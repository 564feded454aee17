/** Event ids. A message and its trace are marked together; `pointed` lasts while the pointer is on one of them. */
export type Marks = { selected: string | undefined; pointed: string | undefined };
