import { dayOf, daysAfter, localTime, nameOfZone, startOfDay } from "@henji/core/time-zone";
import { expect, test } from "vitest";

const at = (time: string) => Date.parse(time);
const iso = (ms: number) => new Date(ms).toISOString();

test("a day is the date in the time zone", () => {
  expect(dayOf(at("2027-01-15T14:59:59.999Z"), "Asia/Tokyo")).toBe("2027-01-15");
  expect(dayOf(at("2027-01-15T15:00:00Z"), "Asia/Tokyo")).toBe("2027-01-16");
  expect(dayOf(at("2027-01-15T15:00:00Z"), "UTC")).toBe("2027-01-15");
});

test.each([
  ["2027-01-16", "Asia/Tokyo", "2027-01-15T15:00:00.000Z"],
  ["2027-01-16", "UTC", "2027-01-16T00:00:00.000Z"],
  ["2027-01-16", "Pacific/Kiritimati", "2027-01-15T10:00:00.000Z"],
  ["2027-01-16", "Pacific/Pago_Pago", "2027-01-16T11:00:00.000Z"],
  // Days of 23 and 25 hours, and the days after them.
  ["2027-03-14", "America/New_York", "2027-03-14T05:00:00.000Z"],
  ["2027-03-15", "America/New_York", "2027-03-15T04:00:00.000Z"],
  ["2027-11-07", "America/New_York", "2027-11-07T04:00:00.000Z"],
  ["2027-11-08", "America/New_York", "2027-11-08T05:00:00.000Z"],
  // Summer time begins at midnight: the day has no 0:00 and begins at 1:00.
  ["2024-04-26", "Africa/Cairo", "2024-04-25T22:00:00.000Z"],
])("%s begins in %s at %s", (day, timeZone, start) => {
  expect(iso(startOfDay(day, timeZone))).toBe(start);
  expect(dayOf(at(start), timeZone)).toBe(day);
  expect(dayOf(at(start) - 1, timeZone)).toBe(daysAfter(day, -1));
});

test("an hour that occurs twice is shown with different offsets", () => {
  expect(localTime(at("2027-11-07T05:30:00Z"), "America/New_York")).toBe("2027-11-07 01:30 GMT-4");
  expect(localTime(at("2027-11-07T06:30:00Z"), "America/New_York")).toBe("2027-11-07 01:30 GMT-5");
  expect(localTime(at("2027-01-15T15:05:00Z"), "Asia/Tokyo")).toBe("2027-01-16 00:05 GMT+9");
});

test("a zone has a name in the user's language", () => {
  expect(nameOfZone(0, "Asia/Tokyo", "ja")).toBe("日本標準時");
  expect(nameOfZone(0, "Asia/Tokyo", "en")).toBe("Japan Standard Time");
});

test("days are counted on the calendar", () => {
  expect(daysAfter("2027-03-01", -1)).toBe("2027-02-28");
  expect(daysAfter("2026-12-31", 1)).toBe("2027-01-01");
});
