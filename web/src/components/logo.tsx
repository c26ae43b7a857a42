/** The bird in one stroke; `public/logo.svg` is the same on a ground, for the browser's tab. */
export function Logo({ className }: { readonly className?: string }) {
  return (
    <svg viewBox="3 6 26 20" fill="none" aria-hidden className={className}>
      <path
        d="M5 19.500C9.200 12.200 13.400 9.600 19 9.200c3.900-.3 6.600 1 8 3-2.600-.3-4.300.2-5.500 1.700C18.800 17.300 16.200 21.900 9.800 22.300 7.700 22.400 6.100 21.400 5 19.500Z"
        className="fill-primary"
      />
      <circle cx="20.600" cy="12.500" r="1.350" className="fill-background" />
    </svg>
  );
}
