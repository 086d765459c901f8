// The map of descriptors: shows the picture of the point under the pointer, or of the one that the arrow keys went to.
const plane = document.getElementById('plane')
if (plane !== null) {
  const points = JSON.parse(document.getElementById('plane-points').textContent)
  const box = document.getElementById('plane-picture')
  const says = document.getElementById('plane-says')
  const svg = plane.querySelector('svg')
  const marks = [...svg.querySelectorAll('.mark-symbol.role-mark path')]
  const at = marks.map((mark) => {
    const {e, f} = mark.getCTM()
    const {a, d, e: left, f: top} = svg.getCTM() ?? {a: 1, d: 1, e: 0, f: 0}
    return {x: (e - left) / a, y: (f - top) / d}
  })
  const picture = document.createElement('i')
  const name = document.createElement('bdi')
  box.append(picture, name)
  const zoom = 2
  let chosen = -1

  const choose = (i, aloud) => {
    if (i < 0 || i === chosen) return
    marks[chosen]?.classList.remove('chosen')
    marks[i].classList.add('chosen')
    chosen = i
    const side = points.side * zoom
    picture.style.cssText = `width:${side}px;height:${side}px;background-size:${side * points.columns}px;background-position:${-side * (i % points.columns)}px ${-side * Math.floor(i / points.columns)}px`
    name.textContent = points.names[points.name[i]]
    box.hidden = false
    const scale = svg.clientWidth / svg.viewBox.baseVal.width
    const [x, y] = [at[i].x * scale, at[i].y * scale]
    box.style.left = `${Math.max(0, Math.min(x + 12, plane.clientWidth - box.offsetWidth))}px`
    box.style.top = `${y + 12 + box.offsetHeight > plane.clientHeight ? y - 12 - box.offsetHeight : y + 12}px`
    if (aloud) says.textContent = `image ${points.id[i]}: ${name.textContent}`
  }

  const nearest = (x, y, fits) => {
    let [best, least] = [-1, Number.POSITIVE_INFINITY]
    for (const [i, point] of at.entries()) {
      const [dx, dy] = [point.x - x, point.y - y]
      if (!fits(dx, dy, i)) continue
      const distance = dx * dx + dy * dy
      if (distance < least) [best, least] = [i, distance]
    }
    return best
  }

  const point = (event) => {
    const frame = svg.getBoundingClientRect()
    const scale = svg.viewBox.baseVal.width / frame.width
    const near = (12 * scale) ** 2
    const [x, y] = [(event.clientX - frame.left) * scale, (event.clientY - frame.top) * scale]
    choose(
      nearest(x, y, (dx, dy) => dx * dx + dy * dy < near),
      false,
    )
  }
  plane.addEventListener('pointermove', point)
  plane.addEventListener('pointerdown', point)

  const directions = {ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1]}
  plane.addEventListener('keydown', (event) => {
    const direction = directions[event.key]
    if (event.key === 'Escape') box.hidden = true
    if (direction === undefined) return
    event.preventDefault()
    const from = at[chosen] ?? {x: svg.viewBox.baseVal.width / 2, y: svg.viewBox.baseVal.height / 2}
    const [towardsX, towardsY] = direction
    // A quarter of the plane in that direction, so that four keys reach every point.
    const ahead = (dx, dy, i) => {
      const along = dx * towardsX + dy * towardsY
      return i !== chosen && along > 0 && along >= Math.abs(dx * towardsY + dy * towardsX)
    }
    choose(nearest(from.x, from.y, ahead), true)
  })
}
