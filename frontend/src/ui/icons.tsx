/** Line icons on a 24-unit grid; always decorative, the control beside them carries the name. */
import type { ReactElement } from 'react'

const PATHS = {
    home: 'M4 11.5 12 4.5l8 7M6 10v9h4.5v-5h3v5H18v-9',
    chat: 'M5 5.5h14a1.5 1.5 0 0 1 1.5 1.5v8.5A1.5 1.5 0 0 1 19 17h-7.5L7 20.5V17H5a1.5 1.5 0 0 1-1.5-1.5V7A1.5 1.5 0 0 1 5 5.5Z',
    trend: 'M4 19.5h16M5 15l4.5-5 3.5 3 6-7M15 6h4v4',
    settings: 'M5 7h9M18 7h1M5 12h2M11 12h8M5 17h7M16 17h3M16 5v4M9 10v4M14 15v4',
    search: 'M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13ZM15.5 15.5 20 20',
    menu: 'M4 7h16M4 12h16M4 17h16',
    close: 'm6 6 12 12M18 6 6 18',
    down: 'm7 10 5 5 5-5',
    right: 'm10 7 5 5-5 5',
    left: 'm14 7-5 5 5 5',
    check: 'm5 12.5 4.5 4.5L19 7.5',
    plus: 'M12 5v14M5 12h14',
    copy: 'M9 8.5h9.5V20H9zM6.5 15.5h-1V4H15v2',
    filter: 'M4 6h16M7 12h10M10 18h4',
    user: 'M12 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM5 19.5c.8-3.2 3.5-5 7-5s6.2 1.8 7 5',
    people: 'M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM3.5 18.5c.6-2.8 2.7-4.3 5.5-4.3s4.9 1.5 5.5 4.3M15.5 5.3a3 3 0 0 1 0 5.5M17 14.4c1.9.5 3.1 1.9 3.5 4.1',
    sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
    moon: 'M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z',
    screen: 'M4 5h16v11H4zM9 20h6M12 16v4',
    key: 'M8.5 19a4 4 0 1 1 0-8 4 4 0 0 1 0 8ZM11.5 12.2 19 4.7M15.5 8.2l2.5 2.5',
    warning: 'M12 4.5 21 19.5H3zM12 10v4.5M12 17v.1',
    link: 'M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1',
    out: 'M14 8V5.5H5v13h9V16M10 12h10.5M17 8.5l3.5 3.5-3.5 3.5',
    calendar: 'M4.5 6.5h15v13h-15zM4.5 10.5h15M8.5 4v4M15.5 4v4',
    code: 'm9 8-4.5 4L9 16M15 8l4.5 4-4.5 4',
    bars: 'M5 19.5v-7M10 19.5v-13M15 19.5v-9M20 19.5v-4',
    area: 'M4 19.5V14l5-5 4 3 7-7v14.5z',
    trash: 'M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.5 11v5M13.5 11v5',
    image: 'M4 5h16v14H4zM4 16l5-5 4 4 2.5-2.5L20 16.5M15.5 9.5v.1',
    thumb: 'M7.5 19.5V10.5L11.5 4c1.5 0 2.3 1 2 2.5l-.7 3.5H18a1.7 1.7 0 0 1 1.7 2l-1.2 6a1.9 1.9 0 0 1-1.8 1.5zM4.5 10.5v9',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name, size = 18 }: { name: IconName; size?: number }): ReactElement {
    return (
        <svg
            aria-hidden="true"
            focusable="false"
            width={size}
            height={size}
            viewBox="0 0 24 24"
            fill="none"
            stroke="currentColor"
            strokeWidth={1.7}
            strokeLinecap="round"
            strokeLinejoin="round"
        >
            <path d={PATHS[name]} />
        </svg>
    )
}
