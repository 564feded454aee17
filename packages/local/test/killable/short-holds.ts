import { hold, retry } from "@henji/core/settings";

// A test with many crashes cannot wait 30 s for each. Nothing is sent with a lease of less than 4 s.
Object.assign(hold, { forS: 6, renewEveryMs: 1_000, leaseMs: 5_000 });
Object.assign(retry, { isolateWithinS: 3 });
