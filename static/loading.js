// What stands on the page until its program is there: how far that has come. Trunk calls this when it fetches the program
// (`data-initializer` in index.html, which also tells where something does not come).

export default function loading() {
  const bar = document.querySelector('.loading progress');
  return {
    onProgress({ current, total }) {
      bar.value = current / total;
    },
    onFailure(error) {
      throw error;
    },
  };
}
