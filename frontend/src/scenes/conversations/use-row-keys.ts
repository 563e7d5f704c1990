import { useEffect, useEffectEvent } from 'react'

function isTyping(target: EventTarget | null): boolean {
    return (
        target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
    )
}

/** `j` and `k` move through rows; Enter on the focused row is the browser's own. */
export function useRowKeys(move: (step: 1 | -1) => void): void {
    const onKey = useEffectEvent((event: KeyboardEvent) => {
        if (event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) {
            return
        }
        if (event.key === 'j' || event.key === 'k') {
            event.preventDefault()
            move(event.key === 'j' ? 1 : -1)
        }
    })
    useEffect(() => {
        document.addEventListener('keydown', onKey)
        return () => {
            document.removeEventListener('keydown', onKey)
        }
    }, [])
}
