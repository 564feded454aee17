/** Shares of the calls to a platform, from 0 to 1. */
export type FaultRates = {
  requestLost: number;
  responseLost: number;
  /** Of the lost: those that end in a time-out and not in an error. */
  silent: number;
  /** Of the lost responses: those whose call the SDK repeats, with success. */
  repeated: number;
  slow: number;
};

export const noFaults: FaultRates = { requestLost: 0, responseLost: 0, silent: 0, repeated: 0, slow: 0 };
