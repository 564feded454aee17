/// <reference path="./.sst/platform/config.d.ts" />

/**
 * SST reads this file. It may import nothing at the top, so the stacks are
 * loaded inside `run`, in the order a message flows through them.
 */
export default $config({
  app({ stage }) {
    const production = stage === "production";
    return {
      name: "henji",
      home: "aws",
      // Production keeps table and queues when the app goes, and refuses to go unasked.
      removal: production ? "retain" : "remove",
      protect: production,
      providers: {
        // Tokyo: nearest to LINE, which waits two seconds for the webhook's answer. Fixed here rather than
        // taken from the environment, so that no shell starts a second production elsewhere.
        aws: { region: "ap-northeast-1" },
      },
    };
  },

  async run() {
    await import("./stacks/defaults");
    await import("./stacks/secrets");
    const { conversations } = await import("./stacks/storage");
    const { eventQueue, deadLetterQueue } = await import("./stacks/queue");
    const { ingress, slackIngress } = await import("./stacks/ingress");
    await import("./stacks/worker");

    const outputs = {
      /** Goes into the LINE Developers Console. */
      ...(ingress && { webhookUrl: ingress.url }),
      /** Goes into the Slack app's manifest. */
      ...(slackIngress && { slackUrl: slackIngress.url }),
      table: conversations.name,
      eventQueue: eventQueue.url,
      deadLetterQueue: deadLetterQueue.url,
    };
    // With `sst dev` the worker runs on a laptop, where its developer sees what it does.
    if ($dev) {
      await import("./stacks/dev");
      return outputs;
    }

    await import("./stacks/metrics");
    const { alarmTopic } = await import("./stacks/alarms");
    await import("./stacks/dashboard");
    await import("./stacks/queries");
    return { ...outputs, alarmTopic: alarmTopic.arn };
  },
});
