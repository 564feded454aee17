const credentials = new Set([
  ...["CredentialsProviderError", "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"],
  ...["UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId", "AuthFailure"],
  ...["InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature"],
]);

/** Whether AWS does not know who asks. */
export function isCredentialsError(error: unknown): boolean {
  return error instanceof Error && credentials.has(error.name);
}

/** AWS's words, which name the missing permission, if that is what the error is. */
export function accessDenied(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return /AccessDenied|AuthorizationError|NotAuthorized/.test(error.name) ? error.message : undefined;
}
