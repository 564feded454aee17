import type { Command } from "commander";
import { type CommonOptions, commandFor, type Environment, withTerminal } from "../environment.ts";

const notes = `
It looks and changes nothing. Exit code: 0 if nothing is wrong, 1 if something is. What cannot be checked, for want of
a permission or because it does not exist on this machine, is no failure.

Examples:
  npm run henji -- doctor --local
  npx sst shell --stage production -- npm run henji -- doctor`;

export function addDoctorCommand(program: Command, environment: Environment): void {
  const command = commandFor("doctor", "Checks a stage, or this machine: what is wrong, and what mends it.")
    .addHelpText("after", notes)
    .action((options: CommonOptions) => doctor(environment, options));
  program.addCommand(command);
}

function doctor(environment: Environment, options: CommonOptions): Promise<void> {
  return withTerminal(environment, options, async (terminal) => {
    // Imported here: no other command needs the clients of Lambda, CloudWatch and SNS.
    const [{ checks }, { examine }, { openSubject }, { resultsText }] = await Promise.all([
      import("./checks.ts"),
      import("./examine.ts"),
      import("./subject.ts"),
      import("./text.ts"),
    ]);
    const subject = openSubject(environment.root, options);
    try {
      const results = await examine(checks, subject);
      const isHealthy = results.every(({ status }) => status !== "wrong");
      const { isLocal, stage } = subject;
      terminal.document({ stage: isLocal ? "local" : stage || null, isHealthy, checks: results });
      terminal.print(resultsText(results));
      return isHealthy ? 0 : 1;
    } finally {
      subject.aws.close();
    }
  });
}
