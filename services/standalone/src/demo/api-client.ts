import type { z } from 'zod';

/** The API over HTTP, as any program uses it. */
export interface ApiClient {
  readonly baseUrl: string;
  /** @throws ApiRefusal for any answer that is not a success */
  ask<T>(method: 'GET' | 'POST' | 'PUT', path: string, answer: z.ZodType<T>, body?: unknown): Promise<T>;
  as(token: string): ApiClient;
}

export class ApiRefusal extends Error {
  readonly status: number;
  constructor(what: string, status: number, text: string) {
    super(`${what} was answered ${status}: ${text}`);
    this.name = 'ApiRefusal';
    this.status = status;
  }
}

/** @param timeoutMs how long one answer may take; absent: as long as it takes */
export function apiClient(baseUrl: string, token: string, timeoutMs?: number): ApiClient {
  return {
    baseUrl,
    async ask(method, path, answer, body) {
      const response = await fetch(`${baseUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(timeoutMs === undefined ? {} : { signal: AbortSignal.timeout(timeoutMs) }),
      });
      const text = await response.text();
      if (!response.ok) throw new ApiRefusal(`${method} ${path}`, response.status, text);
      return answer.parse(JSON.parse(text));
    },
    as: (other) => apiClient(baseUrl, other, timeoutMs),
  };
}
