import { Command, CommanderError } from "commander";
import { addChatCommands } from "./chat/commands.ts";
import { addConnectCommand } from "./connect/command.ts";
import { addDeadCommands } from "./dead/commands.ts";
import { addDoctorCommand } from "./doctor/command.ts";
import type { Environment } from "./environment.ts";
import { explain } from "./explain.ts";
import { addKnowledgeCommands } from "./knowledge/commands.ts";
import { addTraceCommand } from "./trace/command.ts";
import { addUsageCommand } from "./usage/command.ts";
import { addWatchCommand } from "./watch/command.ts";

/** Done; some of it was not done, or an error; what was asked for makes no sense. */
export const exitCodes = { done: 0, failed: 1, usage: 2 } as const;

function programFor(environment: Environment): Command {
  const program = new Command("npm run henji --").description(
    "Looks after a running Henji: its LINE channel, what is wrong, what was given up on, what it does now, one message, one chat, usage, the files that it searches.",
  );
  addConnectCommand(program, environment);
  addDoctorCommand(program, environment);
  addDeadCommands(program, environment);
  addTraceCommand(program, environment);
  addWatchCommand(program, environment);
  addChatCommands(program, environment);
  addUsageCommand(program, environment);
  addKnowledgeCommands(program, environment);
  // Commander would end the process itself, with 1 for a mistake in what was typed.
  for (const command of [program, ...allOf(program)]) {
    command.exitOverride().showHelpAfterError("(--help shows how)");
    command.configureOutput({
      writeOut: (text) => environment.stdout.write(text),
      writeErr: (text) => environment.stderr.write(text),
    });
  }
  return program;
}

function allOf(command: Command): Command[] {
  return command.commands.flatMap((one) => [one, ...allOf(one)]);
}

/**
 * Runs one command.
 *
 * @param args as they are typed after `npm run henji --`
 * @returns the exit code
 */
export async function run(
  args: readonly string[],
  environment: Omit<Environment, "exitWith">,
): Promise<number> {
  let code: number = exitCodes.done;
  try {
    const program = programFor({ ...environment, exitWith: (value) => (code = value) });
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
    const isTyped = error instanceof CommanderError;
    const line = isTyped ? error.message : explain(error);
    // Commander has written it itself.
    if (!isTyped) environment.stderr.write(`${line}\n`);
    if (args.includes("--json")) environment.stdout.write(`${JSON.stringify({ error: line }, null, 2)}\n`);
    const isUsage = isTyped || (error as { code?: string }).code === "config.bad_option";
    return isUsage ? exitCodes.usage : exitCodes.failed;
  }
}
