/** Rows of a long list that scrolls with the window: only those in sight are drawn. */
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import type { VirtualItem, Virtualizer } from '@tanstack/react-virtual'
import { useLayoutEffect, useRef, useState } from 'react'
import type { CSSProperties, RefCallback, RefObject } from 'react'

interface Options {
    count: number
    keyOf: (index: number) => string | number
    /** Pixels that a row takes until it is measured. */
    rowHeight: number
    /** Rows that are drawn beyond the window's edges. */
    overscan: number
    scrollPaddingStart?: number
}

interface RowProps {
    ref: RefCallback<HTMLElement>
    'data-index': number
    style: CSSProperties
}

interface WindowRows {
    list: RefObject<HTMLDivElement | null>
    virtualizer: Virtualizer<Window, HTMLElement>
    /** What puts a row's element in its place. */
    rowProps: (row: VirtualItem) => RowProps
}

export function useWindowRows({ count, keyOf, rowHeight, ...options }: Options): WindowRows {
    const list = useRef<HTMLDivElement>(null)
    const [scrollMargin, setScrollMargin] = useState(0)
    useLayoutEffect(() => {
        setScrollMargin(list.current?.offsetTop ?? 0)
    }, [])
    const virtualizer = useWindowVirtualizer<HTMLElement>({
        count,
        getItemKey: keyOf,
        estimateSize: () => rowHeight,
        scrollMargin,
        initialRect: { width: 800, height: 900 },
        ...options,
    })
    const rowProps = (row: VirtualItem): RowProps => ({
        ref: virtualizer.measureElement,
        'data-index': row.index,
        style: { transform: `translateY(${row.start - scrollMargin}px)` },
    })
    return { list, virtualizer, rowProps }
}
