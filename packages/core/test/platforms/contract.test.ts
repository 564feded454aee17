import { describe } from "vitest";
import { openLine } from "./line.ts";
import { openSlack } from "./slack.ts";
import { platformSuite } from "./suite.ts";

describe("LINE", () => platformSuite(openLine));
describe("Slack", () => platformSuite(openSlack));
