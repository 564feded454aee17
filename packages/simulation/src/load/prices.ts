/** US dollars. AWS: N. Virginia for Lambda and DynamoDB; SQS and logs as docs/cost.md has them, for Tokyo. */
export const aws = {
  /** arm64, a GB for a second; https://aws.amazon.com/lambda/pricing/ */
  lambdaGbSecond: 0.0000133334,
  lambdaRequest: 0.2e-6,
  /** Of up to 64 KB; https://aws.amazon.com/sqs/pricing/ */
  fifoRequest: 0.5e-6,
  /** On demand; https://aws.amazon.com/dynamodb/pricing/on-demand/ */
  readUnit: 0.125e-6,
  writeUnit: 0.625e-6,
  /** Taken in; https://aws.amazon.com/cloudwatch/pricing/ */
  logByte: 0.76e-9,
} as const;
