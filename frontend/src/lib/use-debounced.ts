import { useEffect, useState } from 'react'

/** The value after it has been still for `delay` milliseconds. */
export function useDebounced<T>(value: T, delay = 250): T {
    const [settled, setSettled] = useState(value)
    useEffect(() => {
        const timer = setTimeout(() => {
            setSettled(value)
        }, delay)
        return () => {
            clearTimeout(timer)
        }
    }, [value, delay])
    return settled
}
