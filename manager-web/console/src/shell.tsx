import {
  Button,
  Divider,
  Dropdown,
  DropdownGroup,
  DropdownItem,
  DropdownList,
  Masthead,
  MastheadBrand,
  MastheadContent,
  MastheadMain,
  MastheadToggle,
  MenuToggle,
  Nav,
  NavItem,
  NavList,
  Page,
  PageSidebar,
  PageSidebarBody,
  PageToggleButton,
  SearchInput,
  SkipToContent,
  Toolbar,
  ToolbarContent,
  ToolbarGroup,
  ToolbarItem,
  Tooltip,
} from '@patternfly/react-core';
import BarsIcon from '@patternfly/react-icons/dist/esm/icons/bars-icon';
import CheckIcon from '@patternfly/react-icons/dist/esm/icons/check-icon';
import PauseIcon from '@patternfly/react-icons/dist/esm/icons/pause-icon';
import PlayIcon from '@patternfly/react-icons/dist/esm/icons/play-icon';
import UserIcon from '@patternfly/react-icons/dist/esm/icons/user-icon';
import { type ReactNode, useEffect, useState } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import { useLive } from './api/live';
import { useSession, useSessionAccess } from './api/session';
import { type Theme, useTheme } from './theme';
import { Mark } from './ui/mark';
import { quoted } from './ui/rsql';
import { READERS_ZONE, useClock } from './ui/time';

const PLACES = [
  { to: '/overview', title: 'Overview' },
  { to: '/nodes', title: 'Nodes' },
  { to: '/sites', title: 'Sites' },
  { to: '/images', title: 'Images' },
  { to: '/campaigns', title: 'Campaigns' },
  { to: '/calendar', title: 'Calendar' },
  { to: '/activity', title: 'Activity' },
  { to: '/settings', title: 'Settings' },
] as const;

const WIDE = '(min-width: 1200px)';

export function Shell({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(() => window.matchMedia(WIDE).matches);
  const { pathname } = useLocation();

  useEffect(() => {
    // On a narrow screen the navigation lies over the page: it goes once it was used.
    if (!window.matchMedia(WIDE).matches) {
      setOpen(false);
    }
  }, [pathname]);

  const masthead = (
    <Masthead>
      <MastheadMain>
        <MastheadToggle>
          <PageToggleButton
            variant="plain"
            aria-label="Navigation"
            isSidebarOpen={open}
            onSidebarToggle={() => setOpen(!open)}
          >
            <BarsIcon />
          </PageToggleButton>
        </MastheadToggle>
        <MastheadBrand>
          <Link to="/overview" className="mm-brand" aria-label="Maintenance Manager, overview">
            <Mark />
            <span className="mm-brand-name">Maintenance Manager</span>
          </Link>
        </MastheadBrand>
      </MastheadMain>
      <MastheadContent>
        <Toolbar isFullHeight isStatic>
          <ToolbarContent>
            <ToolbarItem className="mm-search">
              <GlobalSearch />
            </ToolbarItem>
            <ToolbarGroup align={{ default: 'alignEnd' }} gap={{ default: 'gapSm' }}>
              <ToolbarItem>
                <LiveToggle />
              </ToolbarItem>
              <ToolbarItem>
                <UserMenu />
              </ToolbarItem>
            </ToolbarGroup>
          </ToolbarContent>
        </Toolbar>
      </MastheadContent>
    </Masthead>
  );

  const sidebar = (
    <PageSidebar isSidebarOpen={open} {...(open ? {} : { inert: true })}>
      <PageSidebarBody>
        <Nav aria-label="Screens">
          <NavList>
            {PLACES.map((place) => {
              const active = pathname.startsWith(place.to);
              return (
                <NavItem key={place.to} isActive={active}>
                  <Link to={place.to} aria-current={active ? 'page' : undefined}>
                    {place.title}
                  </Link>
                </NavItem>
              );
            })}
          </NavList>
        </Nav>
      </PageSidebarBody>
    </PageSidebar>
  );

  return (
    <Page
      masthead={masthead}
      sidebar={sidebar}
      mainContainerId="main"
      mainTabIndex={-1}
      skipToContent={<SkipToContent href="#main">Skip to content</SkipToContent>}
      isContentFilled
    >
      {children}
    </Page>
  );
}

/** A node by its name, from anywhere. */
function GlobalSearch() {
  const [text, setText] = useState('');
  const navigate = useNavigate();
  const search = () => {
    const name = text.trim();
    if (name !== '') {
      // By its beginning, which an index finds among a million; `*text*` looks at all of them.
      const pattern = name.includes('*') ? name : `${name}*`;
      void navigate(`/nodes?${new URLSearchParams({ filter: `name==${quoted(pattern)}` }).toString()}`);
    }
  };
  return (
    <SearchInput
      placeholder="Find nodes by name"
      aria-label="Find nodes by name"
      value={text}
      onChange={(_, value) => setText(value)}
      onClear={() => setText('')}
      onSearch={search}
    />
  );
}

function LiveToggle() {
  const { state, setPaused } = useLive();
  const words = {
    live: 'Live',
    paused: 'Paused',
    connecting: 'Connecting',
    refused: 'Not live',
  } as const;
  const why = {
    live: 'This page follows what happens. Click to hold it still.',
    paused: 'This page holds still. Click to follow again.',
    connecting: 'The manager cannot be reached. Trying again.',
    refused: 'The manager refused to send changes. Trying again; until then, reload.',
  } as const;
  return (
    <Tooltip content={why[state]} aria="none">
      <Button
        variant="plain"
        className={`mm-live mm-live-${state}`}
        aria-pressed={state === 'paused'}
        aria-label={`${words[state]}: ${why[state]}`}
        icon={state === 'paused' ? <PlayIcon /> : <PauseIcon />}
        onClick={() => setPaused(state !== 'paused')}
      >
        <span className="mm-live-dot" aria-hidden="true" />
        <span className="mm-wide">{words[state]}</span>
      </Button>
    </Tooltip>
  );
}

const THEMES: readonly { theme: Theme; title: string }[] = [
  { theme: 'light', title: 'Light' },
  { theme: 'dark', title: 'Dark' },
  { theme: 'system', title: 'As the system' },
];

function UserMenu() {
  const [open, setOpen] = useState(false);
  const [theme, setTheme] = useTheme();
  const { zone, setZone } = useClock();
  const session = useSession();
  const { logOut } = useSessionAccess();
  const navigate = useNavigate();
  const go = (to: string) => {
    setOpen(false);
    void navigate(to);
  };
  const tick = (on: boolean) => ({ icon: <CheckIcon className={on ? undefined : 'mm-invisible'} />, isSelected: on });
  const zones = READERS_ZONE === 'UTC' ? ['UTC'] : [READERS_ZONE, 'UTC'];
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      popperProps={{ position: 'right' }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          variant="plain"
          aria-label={`Menu of ${session.name}`}
          isExpanded={open}
          onClick={() => setOpen(!open)}
          icon={<UserIcon />}
        >
          <span className="mm-wide">
            {session.name}
            {session.tenant !== 'default' && <span className="mm-subtle"> in {session.tenant}</span>}
          </span>
        </MenuToggle>
      )}
    >
      <DropdownGroup label={session.roles.length === 0 ? session.name : `${session.name}: ${session.roles.join(', ')}`}>
        <DropdownList>
          <DropdownItem onClick={() => go('/account')}>Your account</DropdownItem>
          <DropdownItem component="a" to="/api/openapi.yaml" isExternalLink>
            API description
          </DropdownItem>
          <DropdownItem onClick={() => void logOut()}>Log out</DropdownItem>
        </DropdownList>
      </DropdownGroup>
      <Divider />
      <DropdownGroup label={`Tenant: ${session.tenant}`}>
        <DropdownList>
          {/* An account belongs to one tenant: another tenant is another log-in. */}
          <DropdownItem onClick={() => void logOut()} description="Log in there by another account">
            Go to another tenant
          </DropdownItem>
          {session.permissions.includes('tenant.administer') && <DropdownItem onClick={() => go('/settings/tenants')}>All tenants</DropdownItem>}
        </DropdownList>
      </DropdownGroup>
      <Divider />
      <DropdownGroup label="Colours">
        <DropdownList>
          {THEMES.map((each) => (
            <DropdownItem key={each.theme} onClick={() => setTheme(each.theme)} {...tick(theme === each.theme)}>
              {each.title}
            </DropdownItem>
          ))}
        </DropdownList>
      </DropdownGroup>
      <DropdownGroup label="Times in">
        <DropdownList>
          {zones.map((each) => (
            <DropdownItem key={each} onClick={() => setZone(each)} {...tick(zone === each)}>
              {each}
            </DropdownItem>
          ))}
        </DropdownList>
      </DropdownGroup>
    </Dropdown>
  );
}
