import { expect, test } from "vitest";
import { account } from "../synth/mocks.ts";
import { region, type Stage } from "./stage.ts";

/** What each function may do. */
export function testRoles(stage: Stage) {
  const role = (name: string) => stage.one("aws:iam/role:Role", name).inputs;
  const statements = (name: string) => {
    const [policy, ...others] = role(name).inlinePolicies;
    expect(others).toEqual([]);
    return JSON.parse(policy.policy).Statement;
  };

  const logging = (name: "Ingress" | "Worker") => ({
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: [`arn:aws:logs:${region}:${account}:log-group:${stage.logGroup(name).name}:*`],
  });

  test("ingress may send to the event queue and write its own log, and nothing else", () => {
    expect(statements("Ingress")).toEqual([
      { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: [stage.queueArn(stage.eventQueue())] },
      logging("Ingress"),
    ]);
  });

  test("the worker may use the table, consume the event queue and the reminders, send to all queues and write its own log, and nothing else", () => {
    expect(statements("Worker")).toEqual([
      {
        Effect: "Allow",
        Action: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query"],
        Resource: [stage.tableArn()],
      },
      {
        Effect: "Allow",
        Action: [
          "sqs:ReceiveMessage",
          "sqs:DeleteMessage",
          "sqs:GetQueueAttributes",
          "sqs:ChangeMessageVisibility",
        ],
        Resource: [stage.queueArn(stage.eventQueue())],
      },
      {
        Effect: "Allow",
        Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        Resource: [stage.queueArn(stage.reminders())],
      },
      {
        Effect: "Allow",
        Action: ["sqs:SendMessage"],
        Resource: [stage.deadLetterQueue(), stage.reminders(), stage.eventQueue()].map(stage.queueArn),
      },
      logging("Worker"),
    ]);
  });

  test("no policy of AWS's is attached, and no wildcard stands for more than the streams of their own log", () => {
    for (const name of ["Ingress", "Worker"]) {
      expect(role(name).managedPolicyArns).toEqual([]);
      const wild = statements(name).filter((statement: unknown) => JSON.stringify(statement).includes("*"));
      expect(wild.map(({ Action }: { Action: string[] }) => Action)).toEqual([
        ["logs:CreateLogStream", "logs:PutLogEvents"],
      ]);
    }
  });

  test("only Lambda may assume them", () => {
    for (const name of ["Ingress", "Worker"]) {
      expect(JSON.parse(role(name).assumeRolePolicy).Statement).toEqual([
        { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } },
      ]);
    }
  });
}
