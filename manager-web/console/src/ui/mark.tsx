/** Two slots, one of them active. */
export function Mark() {
  return (
    <svg className="mm-mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" className="mm-mark-ground" />
      <rect x="7" y="8" width="8" height="16" rx="2" className="mm-mark-full" />
      <rect x="18" y="9" width="6" height="14" rx="1" className="mm-mark-hollow" />
    </svg>
  );
}
