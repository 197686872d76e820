import { Bullseye, Spinner } from '@patternfly/react-core';
import { lazy, Suspense } from 'react';
import { Navigate, Route, Routes, useLocation } from 'react-router';
import { LiveProvider } from './api/live';
import { useSessionAccess } from './api/session';
import { FirstPassword, LogInAgain, LogInPage, ProveAgain } from './login';
import { SecondFactor } from './second-factor';
import { Shell } from './shell';
import { Failure, Loading } from './ui/faces';
import { Screen } from './ui/page';
import { Stopped } from './ui/stopped';

// Screens load when they are opened: the shell has to be there fast.
const Overview = lazy(() => import('./screens/overview'));
const Nodes = lazy(() => import('./screens/nodes'));
const NodePage = lazy(() => import('./screens/node'));
const Sites = lazy(() => import('./screens/sites'));
const Images = lazy(() => import('./screens/images'));
const ImagePage = lazy(() => import('./screens/image'));
const CampaignChange = lazy(() => import('./screens/campaign-change'));
const Campaigns = lazy(() => import('./screens/campaigns'));
const CampaignWizard = lazy(() => import('./screens/campaign-wizard'));
const CampaignPage = lazy(() => import('./screens/campaign'));
const PolicyPage = lazy(() => import('./screens/policy'));
const PolicyForm = lazy(() => import('./screens/policy-form'));
const Calendar = lazy(() => import('./screens/calendar'));
const Activity = lazy(() => import('./screens/activity'));
const Account = lazy(() => import('./screens/account'));
const Settings = lazy(() => import('./screens/settings'));

export function App() {
  const { state, retry } = useSessionAccess();
  const { pathname } = useLocation();
  switch (state.kind) {
    case 'loading':
      return (
        <Bullseye className="mm-full">
          <Spinner aria-label="Loading" />
        </Bullseye>
      );
    case 'failed':
      return (
        <Bullseye className="mm-full">
          <main>
            <Failure problem={state.problem} onRetry={retry} />
          </main>
        </Bullseye>
      );
    case 'out':
      return <LogInPage />;
    case 'in':
      if (state.session.mustChangePassword) {
        return <FirstPassword />;
      }
      if (state.session.mustEnrollTotp) {
        return <SecondFactor />;
      }
      return (
        <LiveProvider key={`${state.session.tenant}/${state.session.subject}`}>
          <Shell>
            <Stopped key={pathname}>
              <Suspense fallback={<Loading />}>
                <Routes>
                  <Route index element={<Navigate to="/overview" replace />} />
                  <Route path="/overview" element={<Overview />} />
                  <Route path="/nodes" element={<Nodes />} />
                  <Route path="/nodes/:id" element={<NodePage />} />
                  <Route path="/sites" element={<Sites />} />
                  <Route path="/images" element={<Images />} />
                  <Route path="/images/:id" element={<ImagePage />} />
                  <Route path="/campaigns" element={<Campaigns />} />
                  <Route path="/campaigns/new" element={<CampaignWizard />} />
                  <Route path="/campaigns/policies/new" element={<PolicyForm />} />
                  <Route path="/campaigns/policies/:id" element={<PolicyPage />} />
                  <Route path="/campaigns/policies/:id/change" element={<PolicyForm />} />
                  <Route path="/campaigns/:id" element={<CampaignPage />} />
                  <Route path="/campaigns/:id/change" element={<CampaignChange />} />
                  <Route path="/calendar" element={<Calendar />} />
                  <Route path="/activity" element={<Activity />} />
                  <Route path="/account" element={<Account />} />
                  <Route path="/settings/:section?" element={<Settings />} />
                  <Route path="*" element={<Nowhere />} />
                </Routes>
              </Suspense>
            </Stopped>
          </Shell>
          {state.ask === 'log in' && <LogInAgain />}
          {state.ask === 'prove' && <ProveAgain />}
        </LiveProvider>
      );
  }
}

function Nowhere() {
  return <Screen title="There is no such page">Choose one from the navigation.</Screen>;
}
