package diagram

import (
	"kanmon/render"
	"kanmon/render/draw"
)

// BoardWithoutGraphviz draws the board page as it is drawn where Graphviz
// fails.
func BoardWithoutGraphviz(v render.View) *draw.Drawing {
	b := newBoard(v)
	return b.draw(b.rows())
}
