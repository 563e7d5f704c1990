import { MantineProvider } from '@mantine/core'
import { render } from '@testing-library/react'
import type { RenderResult } from '@testing-library/react'
import type { ReactElement } from 'react'

/** Renders inside our theme, without transitions and portals in the way of a test. */
export function renderUi(element: ReactElement): RenderResult {
    return render(
        <MantineProvider env="test" withGlobalClasses={false} withCssVariables={false}>
            {element}
        </MantineProvider>,
    )
}
