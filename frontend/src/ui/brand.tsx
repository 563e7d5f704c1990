import type { ReactElement } from 'react'

export function BrandMark({ size = 26 }: { size?: number }): ReactElement {
    return (
        <svg aria-hidden="true" width={size} height={size} viewBox="0 0 32 32">
            <rect width="32" height="32" rx="9" fill="#4353c9" />
            <path
                d="M8.5 11.8A3.3 3.3 0 0 1 11.8 8.5h8.4a3.3 3.3 0 0 1 3.3 3.3v5a3.3 3.3 0 0 1-3.3 3.3h-4.6L11 24v-3.9a3.3 3.3 0 0 1-2.5-3.3z"
                fill="#fff"
            />
            <path
                d="m12 16.4 2.6-2.7 2.2 1.8 3.2-3.3"
                fill="none"
                stroke="#4353c9"
                strokeWidth="1.8"
                strokeLinecap="round"
                strokeLinejoin="round"
            />
        </svg>
    )
}
