const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** 2024-01-01: keeps message ids at LINE's 18 digits for years. */
const MESSAGE_EPOCH = 1_704_067_200_000;

export type Ids = ReturnType<typeof createIds>;

/**
 * Makes every id the platform hands out. All of them follow from `random`, the
 * times passed in and one counter, so the same run gives the same ids.
 */
export function createIds({ random, serial = 0 }: { random: () => number; serial?: number | undefined }) {
  function hex(digits: number): string {
    let text = "";
    while (text.length < digits)
      text += Math.floor(random() * 0x10000)
        .toString(16)
        .padStart(4, "0");
    return text.slice(0, digits);
  }

  return {
    user: () => `U${hex(32)}`,
    group: () => `C${hex(32)}`,
    room: () => `R${hex(32)}`,
    replyToken: () => hex(32),

    request(): string {
      const h = hex(32);
      return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20)}`;
    },

    /** A ULID: 10 characters of time, 16 of chance. */
    event(at: number): string {
      let time = "";
      for (let rest = at; time.length < 10; rest = Math.floor(rest / 32)) time = CROCKFORD[rest % 32] + time;
      let chance = "";
      while (chance.length < 16) chance += CROCKFORD[Math.floor(random() * 32)];
      return time + chance;
    },

    /** Grows with time, and never repeats after a restart that kept nothing. */
    message(at: number): string {
      serial += 1;
      const sinceEpoch = BigInt(Math.max(0, at - MESSAGE_EPOCH));
      return String(100_000_000_000_000_000n + (sinceEpoch << 22n) + BigInt(serial % 0x400000));
    },

    save: () => serial,
  };
}

/** True for the id of a user, group or room, as LINE writes them. */
export const isChatId = (id: string) => /^[UCR][0-9a-f]{32}$/.test(id);
export const isGroupId = (id: string) => /^C[0-9a-f]{32}$/.test(id);
export const isRoomId = (id: string) => /^R[0-9a-f]{32}$/.test(id);
export const isUserId = (id: string) => /^U[0-9a-f]{32}$/.test(id);
