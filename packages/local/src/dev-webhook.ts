import { type Channel, isSameUrl } from "@henji/functions/channel";

export type PointedWebhook =
  /** LINE's switch "Use webhook" decides whether it sends anything. */
  | { state: "pointed"; wasElsewhere: string | undefined; isActive: boolean }
  | { state: "elsewhere"; url: string };

/**
 * Points the webhook of a LINE channel at the stage. A channel that points elsewhere may be somebody's bot, which
 * would fall silent, so it is left as it is.
 *
 * @param options.take points it here all the same
 */
export async function pointWebhook(
  channel: Pick<Channel, "webhook" | "setWebhook">,
  url: string,
  { take }: { take: boolean },
): Promise<PointedWebhook> {
  const current = await channel.webhook();
  const isHere = current !== undefined && isSameUrl(current.url, url);
  if (current && !isHere && !take) return { state: "elsewhere", url: current.url };
  if (!isHere) await channel.setWebhook(url);
  const { isActive = false } = (isHere ? current : await channel.webhook()) ?? {};
  return { state: "pointed", wasElsewhere: isHere ? undefined : current?.url, isActive };
}
