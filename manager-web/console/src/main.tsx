import '@patternfly/react-core/dist/styles/base.css';
import './app.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { asProblem } from './api/problem';
import { SessionProvider } from './api/session';
import { App } from './app';
import { startTheme } from './theme';
import { ClockProvider } from './ui/time';

startTheme();

const queries = new QueryClient({
  defaultOptions: {
    mutations: {
      networkMode: 'always',
    },
    queries: {
      // The browser's idea of being online says nothing about a manager in the same building.
      networkMode: 'always',
      // Changes are told by the stream; what is older than this is asked for again when a screen opens.
      staleTime: 15_000,
      // A manager that restarts comes back within seconds; what it refuses it will refuse again.
      retry: (count, error) => {
        const { status } = asProblem(error);
        return (status === 0 || status >= 500) && count < 2;
      },
      refetchOnWindowFocus: false,
      // While the manager cannot be reached, a page asks again by itself until it is back.
      refetchInterval: (query) => (query.state.status === 'error' && asProblem(query.state.error).status === 0 ? 5000 : false),
    },
  },
});

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <ClockProvider>
          <BrowserRouter basename="/console">
            <SessionProvider>
              <App />
            </SessionProvider>
          </BrowserRouter>
        </ClockProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
