import { createTheme } from '@mantine/core';
import type { CSSVariablesResolver } from '@mantine/core';

/** Status colours for light and dark surfaces; all have a contrast of at least 4.5 : 1 (WCAG AA, tested). */
export const statusColours = {
  good: { light: '#1a6b2d', dark: '#6fd58a' },
  warn: { light: '#855500', dark: '#f0b849' },
  off: { light: '#5a6169', dark: '#b3b8be' },
  wait: { light: '#185b9c', dark: '#84c1f8' },
  doubt: { light: '#74289a', dark: '#d3a2f2' },
  bad: { light: '#b0231b', dark: '#ff9d95' },
} as const;
export type StatusColour = keyof typeof statusColours;

/** Backgrounds for text, from lightest to darkest use: page, panels, rows under the pointer. */
export const surfaces = {
  light: { page: '#f6f7f9', panel: '#ffffff', hover: '#eef3f8' },
  dark: { page: '#17191c', panel: '#1f2226', hover: '#2a2f35' },
} as const;

/** Mantine's own dimmed, placeholder and error colours and its default blue fail AA on white. */
const quiet = { light: statusColours.off.light, dark: statusColours.off.dark } as const;

export const theme = createTheme({
  primaryColor: 'blue',
  primaryShade: { light: 9, dark: 8 },
  autoContrast: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: { fontWeight: '650' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  // No asterisks: the button of a form is disabled, or says what is missing, until all that it needs is there.
  components: { InputWrapper: { defaultProps: { withAsterisk: false } } },
});

function variables(scheme: 'light' | 'dark'): Record<string, string> {
  const colours = Object.entries(statusColours).map(([name, pair]) => [`--status-${name}`, pair[scheme]] as const);
  return {
    ...Object.fromEntries(colours),
    '--surface-page': surfaces[scheme].page,
    '--surface-panel': surfaces[scheme].panel,
    '--surface-hover': surfaces[scheme].hover,
    '--mantine-color-body': surfaces[scheme].panel,
    '--mantine-color-dimmed': quiet[scheme],
    '--mantine-color-placeholder': quiet[scheme],
    '--mantine-color-error': statusColours.bad[scheme],
    '--line': scheme === 'light' ? '#dfe3e8' : '#363b42',
  };
}

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: variables('light'),
  dark: variables('dark'),
});
