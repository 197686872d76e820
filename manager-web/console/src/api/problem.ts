export interface FieldError {
  pointer: string;
  detail: string;
}

/** A failure as the manager words it (RFC 9457), or a manager that cannot be reached (status 0). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string | undefined;
  readonly advice: string | undefined;
  readonly requestId: string | undefined;
  readonly errors: readonly FieldError[];

  constructor(fields: {
    status: number;
    code: string;
    title: string;
    detail?: string | undefined;
    advice?: string | undefined;
    requestId?: string | undefined;
    errors?: readonly FieldError[];
    cause?: unknown;
  }) {
    super(fields.detail ?? fields.title, { cause: fields.cause });
    this.name = 'Problem';
    this.status = fields.status;
    this.code = fields.code;
    this.title = fields.title;
    this.detail = fields.detail;
    this.advice = fields.advice;
    this.requestId = fields.requestId;
    this.errors = fields.errors ?? [];
  }

  static unreachable(cause: unknown): Problem {
    return new Problem({
      status: 0,
      code: 'unreachable',
      title: 'The manager cannot be reached',
      advice: 'Check the network. This page tries again by itself; nothing that you typed is lost.',
      cause,
    });
  }

  /** What is wrong with the field at this JSON pointer, or below it. */
  at(pointer: string): string | undefined {
    const found = this.errors.filter((error) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`));
    return found.length === 0 ? undefined : found.map((error) => error.detail).join(' ');
  }

  /** What no field of a form shows: those of other pointers. */
  besides(pointers: readonly string[]): readonly FieldError[] {
    return this.errors.filter(
      (error) => !pointers.some((pointer) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`)),
    );
  }

  /** Somebody else was faster: reload and look before trying again. */
  get isConflict(): boolean {
    return this.status === 412 || (this.status === 409 && this.code === 'illegal-state');
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** What a failed answer says; a proxy's page without a problem in it still gives one. */
export function problemOf(status: number, body: unknown): Problem {
  const fields = isObject(body) ? body : {};
  const errors = Array.isArray(fields['errors']) ? fields['errors'] : [];
  return new Problem({
    status,
    code: text(fields['code']) ?? `http-${status}`,
    title: text(fields['title']) ?? `The manager answered with status ${status}`,
    detail: text(fields['detail']),
    advice: text(fields['advice']) ?? (status >= 500 ? 'Try again.' : undefined),
    requestId: text(fields['requestId']),
    errors: errors
      .filter(isObject)
      .map((error) => ({ pointer: text(error['pointer']) ?? '', detail: text(error['detail']) ?? '' })),
  });
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem
    ? error
    : new Problem({
        status: -1,
        code: 'console',
        title: 'The console failed',
        detail: error instanceof Error ? error.message : String(error),
        advice: 'Reload the page; report it if it persists.',
        cause: error,
      });
}
