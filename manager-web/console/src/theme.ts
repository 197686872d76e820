import { useCallback, useState } from 'react';

export type Theme = 'light' | 'dark' | 'system';

const DARK = 'pf-v6-theme-dark';
const prefersDark = () => window.matchMedia('(prefers-color-scheme: dark)');

function kept(): Theme {
  const theme = localStorage.getItem('theme');
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

function show(theme: Theme): void {
  const dark = theme === 'dark' || (theme === 'system' && prefersDark().matches);
  document.documentElement.classList.toggle(DARK, dark);
}

/** Before anything is drawn, and again whenever the system turns. */
export function startTheme(): void {
  show(kept());
  prefersDark().addEventListener('change', () => show(kept()));
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(kept);
  const change = useCallback((next: Theme) => {
    localStorage.setItem('theme', next);
    setTheme(next);
    show(next);
  }, []);
  return [theme, change];
}
