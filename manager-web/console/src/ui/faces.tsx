import { Alert, Button, EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter, Skeleton } from '@patternfly/react-core';
import CubesIcon from '@patternfly/react-icons/dist/esm/icons/cubes-icon';
import ExclamationCircleIcon from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import LockIcon from '@patternfly/react-icons/dist/esm/icons/lock-icon';
import SearchIcon from '@patternfly/react-icons/dist/esm/icons/search-icon';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { asProblem, type Problem } from '../api/problem';

export function Loading({ rows = 6 }: { rows?: number }) {
  return (
    <div className="mm-loading" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height="2.2rem" screenreaderText={row === 0 ? 'Loading' : undefined} />
      ))}
    </div>
  );
}

/** What failed and what to do next, with the request's id for whoever has to look into it. */
export function Failure({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  if (problem.status === 403) {
    return (
      <EmptyState titleText="Not permitted" icon={LockIcon} headingLevel="h2" status="warning">
        <EmptyStateBody>
          {problem.detail ?? 'Your roles do not let you see this.'} Ask an administrator of your tenant for it.
        </EmptyStateBody>
      </EmptyState>
    );
  }
  if (problem.status === 404) {
    return (
      <EmptyState titleText="It is not there" icon={SearchIcon} headingLevel="h2">
        <EmptyStateBody>{problem.detail ?? 'It may have been deleted, or the address is wrong.'}</EmptyStateBody>
      </EmptyState>
    );
  }
  return (
    <EmptyState titleText={problem.title} icon={ExclamationCircleIcon} headingLevel="h2" status="danger">
      <EmptyStateBody>
        {problem.detail !== undefined && <p>{problem.detail}</p>}
        {problem.errors.map((error) => (
          <p key={error.pointer}>
            <code>{error.pointer}</code> {error.detail}
          </p>
        ))}
        {problem.advice !== undefined && <p>{problem.advice}</p>}
        {problem.requestId !== undefined && (
          <p>
            Request <code>{problem.requestId}</code>
          </p>
        )}
      </EmptyStateBody>
      {onRetry !== undefined && (
        <EmptyStateFooter>
          <EmptyStateActions>
            <Button variant="primary" onClick={onRetry}>
              Try again
            </Button>
          </EmptyStateActions>
        </EmptyStateFooter>
      )}
    </EmptyState>
  );
}

/** There is none. Within a card, small: `variant="xs"`, without a drawing. */
export function Empty({ title, children, action, variant = 'sm' }: { title: string; children?: ReactNode; action?: ReactNode; variant?: 'xs' | 'sm' }) {
  return (
    <EmptyState titleText={title} headingLevel={variant === 'xs' ? 'h3' : 'h2'} variant={variant} {...(variant === 'xs' ? {} : { icon: CubesIcon })}>
      {children !== undefined && <EmptyStateBody>{children}</EmptyStateBody>}
      {action !== undefined && (
        <EmptyStateFooter>
          <EmptyStateActions>{action}</EmptyStateActions>
        </EmptyStateFooter>
      )}
    </EmptyState>
  );
}

export function NoMatch({ onClear }: { onClear: () => void }) {
  return (
    <EmptyState titleText="Nothing matches the filter" icon={SearchIcon} headingLevel="h2" variant="sm">
      <EmptyStateBody>Take a condition away, or all of them.</EmptyStateBody>
      <EmptyStateFooter>
        <EmptyStateActions>
          <Button variant="link" onClick={onClear}>
            Clear the filter
          </Button>
        </EmptyStateActions>
      </EmptyStateFooter>
    </EmptyState>
  );
}

/**
 * The faces of whatever is asked for: loading, failed, not permitted, there. What was there before stays in sight, with a
 * warning, while the manager cannot be reached.
 */
export function Asked<T>({
  query,
  rows,
  children,
}: {
  query: UseQueryResult<T>;
  rows?: number;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) {
    return (
      <>
        {query.isError && (
          <Alert component="p"
            isInline
            variant="warning"
            title={`Not up to date: ${asProblem(query.error).title.toLowerCase()}`}
            className="mm-stale"
          />
        )}
        {children(query.data)}
      </>
    );
  }
  if (query.isError) {
    return <Failure problem={asProblem(query.error)} onRetry={() => void query.refetch()} />;
  }
  return <Loading {...(rows === undefined ? {} : { rows })} />;
}

/** A list's faces: those of Asked, and none exist, none match. */
export function AskedList<T>({
  query,
  filtered,
  onClear,
  none,
  children,
}: {
  query: UseQueryResult<{ items: T[]; nextCursor?: string }>;
  filtered: boolean;
  onClear: () => void;
  none: ReactNode;
  children: (items: T[]) => ReactNode;
}) {
  return (
    <Asked query={query}>
      {(page) => {
        if (page.items.length > 0) {
          return children(page.items);
        }
        return filtered ? <NoMatch onClear={onClear} /> : none;
      }}
    </Asked>
  );
}
