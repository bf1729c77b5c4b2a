/** The product's mark. */
export function Mark() {
  return (
    <span className="nav-mark" aria-hidden>
      <svg width="12" height="12" viewBox="0 0 12 12" fill="none" stroke="#fff" strokeWidth="1.5">
        <circle cx="6" cy="6" r="4.4" />
        <circle cx="6" cy="6" r="1.1" fill="#fff" />
        <path d="M6 0.4v2M6 9.6v2M0.4 6h2M9.6 6h2" />
      </svg>
    </span>
  )
}
