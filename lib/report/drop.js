// Sends a picture that was chosen, dropped or pasted to the server of this page, and shows what comes back.
const [drop, file, says, results] = ['drop', 'file', 'says', 'results'].map((id) => document.getElementById(id))

const search = async (picture) => {
  if (picture === undefined || picture === null) return
  says.textContent = `searching with ${picture.name}…`
  try {
    const address = `neighbours?name=${encodeURIComponent(picture.name.slice(0, 100))}`
    const response = await fetch(address, {method: 'POST', body: picture})
    const text = await response.text()
    if (response.ok) results.insertAdjacentHTML('afterbegin', text)
    says.textContent = response.ok ? `nearest images of ${picture.name}` : text
  } catch {
    says.textContent = 'The server does not answer. Is it still running?'
  }
}

file.addEventListener('change', () => search(file.files[0]))
document.addEventListener('dragover', (event) => event.preventDefault())
document.addEventListener('drop', (event) => {
  event.preventDefault()
  drop.classList.remove('over')
  void search(event.dataTransfer.files[0])
})
document.addEventListener('dragenter', () => drop.classList.add('over'))
document.addEventListener('dragleave', (event) => event.relatedTarget === null && drop.classList.remove('over'))
document.addEventListener('paste', (event) => search(event.clipboardData.files[0]))
