import { getRouteApi } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { useProject } from '../../query/projects'
import { useMe } from '../../query/session'
import { Page } from '../../ui/layout'
import { ErrorState, LoadingRows } from '../../ui/states'
import { KeysSection } from './keys-section'
import { MembersSection } from './members-section'
import { ProjectSection } from './project-section'
import { ProjectsSection } from './projects-section'
import styles from './settings.module.css'

const route = getRouteApi('/project/$projectId/settings')

export default function SettingsScene(): ReactElement {
    const { projectId } = route.useParams()
    const project = useProject(projectId)
    const me = useMe()
    return (
        <Page title="Settings">
            <div className={styles.sections}>
                {project.isPending && <LoadingRows label="Loading the project" rows={3} />}
                {project.error && (
                    <ErrorState
                        title="The project could not be loaded"
                        error={project.error}
                        onRetry={() => void project.refetch()}
                    />
                )}
                {project.data && <ProjectSection key={project.data.id} project={project.data} />}
                <KeysSection />
                {me.data && <ProjectsSection me={me.data} />}
                <MembersSection projectId={projectId} />
            </div>
        </Page>
    )
}
