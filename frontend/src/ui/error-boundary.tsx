import { Component } from 'react'
import type { ErrorInfo, ReactNode } from 'react'

interface Props {
    /** Shown in place of the children after one of them failed. */
    fallback: (error: Error) => ReactNode
    children: ReactNode
}

interface State {
    error: Error | null
}

export class ErrorBoundary extends Component<Props, State> {
    override state: State = { error: null }

    static getDerivedStateFromError(error: unknown): State {
        return { error: error instanceof Error ? error : new Error(String(error)) }
    }

    override componentDidCatch(error: unknown, info: ErrorInfo): void {
        console.error('A part of the page failed to render.', error, info.componentStack)
    }

    override render(): ReactNode {
        return this.state.error ? this.props.fallback(this.state.error) : this.props.children
    }
}
