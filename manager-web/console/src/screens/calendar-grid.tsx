import '@fullcalendar/react/skeleton.css';
import '@fullcalendar/react/themes/classic/theme.css';
import '@fullcalendar/react/themes/classic/palette.css';
import './calendar-grid.css';
import FullCalendar, { type EventInput } from '@fullcalendar/react';
import dayGridPlugin from '@fullcalendar/react/daygrid';
import interactionPlugin from '@fullcalendar/react/interaction';
import listPlugin from '@fullcalendar/react/list';
import themePlugin from '@fullcalendar/react/themes/classic';
import timeGridPlugin from '@fullcalendar/react/timegrid';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { answer, api, type Schemas } from '../api/client';
import { asProblem } from '../api/problem';
import { Failure } from '../ui/faces';
import { useClock } from '../ui/time';
import { plural } from '../ui/words';

interface Range {
  from: Date;
  until: Date;
}

const MONTH = 31 * 86_400_000;
const MOST_FREEZES = 30;

/** At most 31 days each, as the API wants them: a month's page shows up to 42. */
function parts({ from, until }: Range): Range[] {
  const found: Range[] = [];
  for (let at = from.getTime(); at < until.getTime(); at += MONTH) {
    found.push({ from: new Date(at), until: new Date(Math.min(at + MONTH, until.getTime())) });
  }
  return found;
}

async function openings(range: Range, site: string, signal: AbortSignal): Promise<Schemas['WindowOpening'][]> {
  const pages = await Promise.all(
    parts(range).map((part) =>
      answer(
        api.GET('/api/v1/windows/openings', {
          params: { query: { from: part.from.toISOString(), until: part.until.toISOString(), limit: 1000, ...(site === '' ? {} : { site }) } },
          signal,
        }),
      ),
    ),
  );
  const seen = new Set<string>();
  return pages
    .flatMap((page) => page.openings)
    .filter((opening) => {
      const key = `${opening.windowId}/${opening.startsAt}/${opening.endsAt}`;
      const known = seen.has(key);
      seen.add(key);
      return !known;
    });
}

interface Freeze {
  id: string;
  name: string;
  startsAt: string;
  endsAt: string;
}

/** Whether nodes at a site or below may be meant: not where another part of the tree is. */
export function mayConcern({ type, sitePath }: Schemas['WindowTarget'], site: string): boolean {
  const below = (one: string, other: string) => one === other || one.startsWith(`${other}/`);
  return site === '' || type !== 'SITE' || sitePath === undefined || below(sitePath, site) || below(site, sitePath);
}

async function freezes(range: Range, site: string, zone: string, signal: AbortSignal): Promise<Freeze[]> {
  const { items } = await answer(
    api.GET('/api/v1/windows', { params: { query: { filter: 'kind==FREEZE', sort: 'name', limit: MOST_FREEZES } }, signal }),
  );
  // Long ones that began before the page still hold on it.
  const from = new Date(range.from.getTime() - MONTH).toISOString();
  const all = await Promise.all(
    items
      .filter((window) => window.enabled && mayConcern(window.target, site))
      .map(async (window) => {
        const { name, kind, recurrence, duration, target, validFrom, validUntil } = window;
        const { occurrences } = await answer(
          api.POST('/api/v1/windows:preview', {
            params: { query: { from, zone } },
            body: {
              name,
              kind,
              recurrence,
              zone: window.zone,
              target,
              ...(duration === undefined ? {} : { duration }),
              ...(validFrom === undefined ? {} : { validFrom }),
              ...(validUntil === undefined ? {} : { validUntil }),
            },
            signal,
          }),
        );
        return occurrences.map(({ startsAt, endsAt }) => ({ id: window.id, name, startsAt, endsAt }));
      }),
  );
  return all.flat().filter((freeze) => Date.parse(freeze.startsAt) < range.until.getTime() && Date.parse(freeze.endsAt) > range.from.getTime());
}

/** When nodes may be disturbed, when they must not, and what runs meanwhile. A click on a day begins a window there. */
export default function CalendarGrid({ site, onOpen, onDay }: { site: string; onOpen: (windowId: string) => void; onDay: (day: string) => void }) {
  const { zone } = useClock();
  const navigate = useNavigate();
  const [range, setRange] = useState<Range>();
  const from = range?.from.toISOString();
  const windows = useQuery({
    queryKey: ['tenant', 'openings', site, from, range?.until.toISOString()],
    queryFn: ({ signal }) => (range === undefined ? [] : openings(range, site, signal)),
    enabled: range !== undefined,
    placeholderData: keepPreviousData,
  });
  const frozen = useQuery({
    queryKey: ['tenant', 'freezes', site, from, range?.until.toISOString(), zone],
    queryFn: ({ signal }) => (range === undefined ? [] : freezes(range, site, zone, signal)),
    enabled: range !== undefined,
    placeholderData: keepPreviousData,
  });
  const campaigns = useQuery({
    queryKey: ['campaigns', 'calendar'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/campaigns', { params: { query: { sort: '-createdAt', limit: 100 } }, signal })),
  });

  const events: EventInput[] = [
    ...(windows.data ?? []).map((opening) => ({
      id: `${opening.windowId}/${opening.startsAt}/${opening.endsAt}`,
      title: `${opening.windowName}, ${plural(opening.nodes, 'node')}`,
      start: opening.startsAt,
      end: opening.endsAt,
      className: 'mm-event',
      color: '#3d7317',
      extendedProps: { window: opening.windowId },
    })),
    ...(frozen.data ?? []).map((freeze) => ({
      id: `${freeze.id}/${freeze.startsAt}`,
      title: `Freeze: ${freeze.name}`,
      start: freeze.startsAt,
      end: freeze.endsAt,
      className: 'mm-event',
      color: '#5e40be',
      extendedProps: { window: freeze.id },
    })),
    ...(campaigns.data?.items ?? []).flatMap((campaign) => {
      const start = campaign.startedAt ?? campaign.startsAt;
      if (start === undefined) {
        return [];
      }
      return [
        {
          id: campaign.id,
          title: campaign.name,
          start,
          end: campaign.endedAt ?? new Date().toISOString(),
          className: 'mm-event',
          color: '#004d99',
          extendedProps: { campaign: campaign.id },
        },
      ];
    }),
  ];

  return (
    <div className="mm-calendar mm-tab">
      {windows.isError && windows.data === undefined && <Failure problem={asProblem(windows.error)} onRetry={() => void windows.refetch()} />}
      <ul className="mm-legend" aria-label="Legend">
        <li>
          <span className="mm-swatch mm-event-window" aria-hidden="true" /> Window, freezes taken away
        </li>
        <li>
          <span className="mm-swatch mm-event-freeze" aria-hidden="true" /> Freeze
        </li>
        <li>
          <span className="mm-swatch mm-event-campaign" aria-hidden="true" /> Campaign
        </li>
        <li className="mm-subtle">Times in {zone}</li>
      </ul>
      <FullCalendar
        plugins={[dayGridPlugin, timeGridPlugin, listPlugin, interactionPlugin, themePlugin]}
        initialView={window.matchMedia('(max-width: 48rem)').matches ? 'listWeek' : 'dayGridMonth'}
        headerToolbar={{ start: 'prev,next today', center: 'title', end: 'dayGridMonth,timeGridWeek,timeGridDay,listWeek' }}
        timeZone={zone}
        firstDay={1}
        height="auto"
        nowIndicator
        todayHint="Today"
        dayMaxEvents={4}
        eventTimeFormat={{ hour: '2-digit', minute: '2-digit', hour12: false }}
        events={events}
        eventInteractive
        datesSet={(shown) => setRange({ from: shown.start, until: shown.end })}
        dateClick={(clicked) => onDay(clicked.dateStr.slice(0, 10))}
        eventClick={(clicked) => {
          const { window: windowId, campaign } = clicked.event.extendedProps;
          if (typeof campaign === 'string') {
            void navigate(`/campaigns/${campaign}`);
          } else if (typeof windowId === 'string') {
            onOpen(windowId);
          }
        }}
      />
    </div>
  );
}
