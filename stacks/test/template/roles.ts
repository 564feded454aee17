import { expect, test } from "vitest";
import type { Stage } from "./stage.ts";

/** What each function may do. */
export function testRoles(stage: Stage) {
  const role = (name: string) => stage.one("aws:iam/role:Role", name).inputs;
  const statements = (name: string) => {
    const [policy, ...others] = role(name).inlinePolicies;
    expect(others).toEqual([]);
    return JSON.parse(policy.policy).Statement;
  };

  test("ingress may send to the event queue, and nothing else", () => {
    expect(statements("Ingress")).toEqual([
      { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: [stage.queueArn(stage.eventQueue())] },
    ]);
  });

  test("the worker may use the table, consume the event queue and send to the dead-letter queue, and nothing else", () => {
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
      { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: [stage.queueArn(stage.deadLetterQueue())] },
    ]);
  });

  test("no wildcard anywhere; writing logs is AWS's own policy, and the only one attached", () => {
    for (const name of ["Ingress", "Worker"]) {
      expect(JSON.stringify(statements(name))).not.toContain("*");
      expect(role(name).managedPolicyArns).toEqual([
        "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
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
