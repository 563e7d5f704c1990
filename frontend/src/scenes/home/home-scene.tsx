import { getRouteApi } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { useHasEvents } from '../../query/insights'
import { useProject } from '../../query/projects'
import { Page } from '../../ui/layout'
import { ErrorState, LoadingRows } from '../../ui/states'
import { Onboarding } from './onboarding'
import { Overview } from './overview'

const route = getRouteApi('/project/$projectId/')

export default function HomeScene(): ReactElement {
    const { projectId } = route.useParams()
    const project = useProject(projectId)
    const hasEvents = useHasEvents(projectId)
    const name = project.data?.name ?? 'Home'
    const failed = project.error ?? (hasEvents.data === undefined ? hasEvents.error : null)
    if (failed) {
        return (
            <Page title={name}>
                <ErrorState
                    title="The project could not be loaded"
                    error={failed}
                    onRetry={() => {
                        void project.refetch()
                        void hasEvents.refetch()
                    }}
                />
            </Page>
        )
    }
    if (!project.data || hasEvents.data === undefined) {
        return (
            <Page title={name}>
                <LoadingRows label="Loading the project" rows={3} height={160} />
            </Page>
        )
    }
    return hasEvents.data ? (
        <Page title={name} lead="The last 30 days, and what people are saying now.">
            <Overview projectId={projectId} />
        </Page>
    ) : (
        <Page title={name} lead="This project has no events yet.">
            <Onboarding token={project.data.api_token} />
        </Page>
    )
}
