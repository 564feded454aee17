/** Begins the data of the bot's own buttons; what its owner's or another's say is not ours to answer. */
export const BUTTON_DATA = "henji:";
