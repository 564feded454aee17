export const handler = async (_event: unknown) => ({ statusCode: 200 });
