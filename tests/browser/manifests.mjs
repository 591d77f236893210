// Ways to open and apply manifests, for journeys.

/** Opens the example with this file's name. */
export async function example(page, file) {
  await page.getByRole('button', { name: /Examples|示例/ }).click();
  await page
    .getByRole('menuitem')
    .nth(
      [
        'liveness-exec',
        'nginx-rc',
        'readiness',
        'config-env',
        'crash-loop',
        'service',
        'multi-container',
        'too-big',
        'rollout',
        'autoscaler',
        'scheduler',
        'config-volume',
        'dns',
        'ingress',
        'exercise',
        'book-config',
        'book-life',
        'book-health',
        'book-scheduling',
        'book-daemon-set',
        'book-job',
        'book-scaling',
        'book-rolling',
      ].indexOf(file),
    )
    .click();
}

/** Applies what is open and waits for the cluster's answer. */
export async function apply(page, answer) {
  await page.getByRole('button', { name: /^(Apply|应用)$/ }).click();
  await page.locator('.answer', { hasText: answer }).waitFor();
}
