/** Light, dark, or as the system says. Nothing is stored: the choice lasts as long as the page. */

const themes = ['auto', 'light', 'dark'] as const
type Theme = (typeof themes)[number]

const labels: Record<Theme, string> = {
  auto: 'Theme: system',
  light: 'Theme: light',
  dark: 'Theme: dark',
}

export function initTheme(button: HTMLButtonElement): void {
  let theme: Theme = 'auto'
  button.addEventListener('click', () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length]
    if (theme === 'auto') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
    button.textContent = labels[theme]
  })
}
