type ErrorDetails = { message: string; type?: string; param?: string | null; code?: string | null };

/** An error on its way to becoming a response. */
export class ApiError extends Error {
  readonly status: number;
  readonly details: ErrorDetails;
  readonly headers: Record<string, string>;

  constructor(status: number, details: ErrorDetails, headers: Record<string, string> = {}) {
    super(details.message);
    this.status = status;
    this.details = details;
    this.headers = headers;
  }

  /** As OpenAI words it: every field is there. */
  get body() {
    const { message, type = "invalid_request_error", param = null, code = null } = this.details;
    return { error: { message, type, param, code } };
  }
}
