//! Line plots as SVG, written by hand: a few elements, no dependency, and the same bytes for the same numbers.
//!
//! Series differ in colour and in dashes, so that they are told apart in grey too.

use std::fmt::Write;

/// Up to so many series are told apart.
pub const MAX_SERIES: usize = 5;

/// Okabe and Ito's palette, which colour-blind people tell apart, and a dash for each.
const STYLES: [(&str, &str); MAX_SERIES] = [
    ("#0072b2", ""),
    ("#d55e00", "9 4"),
    ("#009e73", "2 4"),
    ("#cc79a7", "12 4 2 4"),
    ("#555555", "5 3"),
];

const WIDTH: f64 = 760.0;
const LEFT: f64 = 92.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 46.0;
const PLOT_HEIGHT: f64 = 300.0;
const LEGEND_LINE: f64 = 20.0;

/// A line.
#[derive(Clone)]
pub struct Series {
    pub name: &'static str,
    pub points: Vec<(f64, f64)>,
}

/// A picture.
#[derive(Clone)]
pub struct Plot {
    pub title: &'static str,
    /// With its unit.
    pub x: &'static str,
    /// With its unit.
    pub y: &'static str,
    pub series: Vec<Series>,
}

/// Marks of an axis: whole multiples of 1, 2 or 5 times a power of ten that span the values.
struct Axis {
    step: f64,
    first: i64,
    last: i64,
    decimals: usize,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64>) -> Self {
        // Zero is always on it: a loss has to look like one.
        let (low, high) = values.fold((0.0f64, 0.0f64), |(low, high), one| (low.min(one), high.max(one)));
        let span = if high > low { high - low } else { 1.0 };
        // Powers of ten by repeated exact steps; logarithms may differ between machines.
        let mut unit = 1.0;
        let mut decimals = 0;
        while unit * 10.0 <= span / 5.0 {
            unit *= 10.0;
        }
        while unit > span / 5.0 && decimals < 9 {
            unit /= 10.0;
            decimals += 1;
        }
        let step = [10.0, 5.0, 2.0, 1.0]
            .into_iter()
            .map(|times| times * unit)
            .find(|step| span / step >= 4.0);
        let step = step.unwrap_or(unit);
        Axis {
            step,
            first: (low / step + 1e-9).floor() as i64,
            last: (high / step - 1e-9).ceil().max(1.0) as i64,
            decimals,
        }
    }

    fn low(&self) -> f64 {
        self.first as f64 * self.step
    }

    fn high(&self) -> f64 {
        self.last as f64 * self.step
    }

    fn label(&self, mark: i64) -> String {
        let value = mark as f64 * self.step;
        let text = format!("{:.*}", self.decimals, value.abs());
        let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
        let whole = crate::money::with_commas(whole.parse().expect("digits; qed"));
        let rest = rest.trim_end_matches('0');
        let point = if rest.is_empty() { "" } else { "." };
        let sign = if mark < 0 { "−" } else { "" };
        format!("{sign}{whole}{point}{rest}")
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

impl Plot {
    /// The picture as SVG.
    pub fn svg(&self) -> String {
        assert!(self.series.len() <= MAX_SERIES, "more series than are told apart");
        let points = || self.series.iter().flat_map(|one| &one.points);
        let (x, y) = (
            Axis::over(points().map(|at| at.0)),
            Axis::over(points().map(|at| at.1)),
        );
        let plot_width = WIDTH - LEFT - RIGHT;
        let across = |value: f64| LEFT + (value - x.low()) / (x.high() - x.low()) * plot_width;
        let down = |value: f64| TOP + (y.high() - value) / (y.high() - y.low()) * PLOT_HEIGHT;
        let bottom = TOP + PLOT_HEIGHT;
        let height = bottom + 62.0 + LEGEND_LINE * self.series.len() as f64;

        let mut out = String::new();
        let mut line = |text: String| {
            out.push_str(&text);
            out.push('\n');
        };
        line(format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0} {height:.0}" width="{WIDTH:.0}" height="{height:.0}" font-family="sans-serif" font-size="13" fill="#222222" role="img">"##
        ));
        line(format!("<title>{}</title>", escaped(self.title)));
        line(format!(
            r##"<rect width="{WIDTH:.0}" height="{height:.0}" fill="#ffffff"/>"##
        ));
        line(format!(
            r#"<text x="{LEFT:.0}" y="26" font-size="16" font-weight="bold">{}</text>"#,
            escaped(self.title)
        ));
        for mark in y.first..=y.last {
            let at = down(mark as f64 * y.step);
            let colour = if mark == 0 { "#666666" } else { "#dddddd" };
            line(format!(
                r#"<line x1="{LEFT:.0}" y1="{at:.1}" x2="{:.0}" y2="{at:.1}" stroke="{colour}"/>"#,
                WIDTH - RIGHT
            ));
            line(format!(
                r#"<text x="{:.0}" y="{:.1}" text-anchor="end">{}</text>"#,
                LEFT - 8.0,
                at + 4.5,
                y.label(mark)
            ));
        }
        for mark in x.first..=x.last {
            let at = across(mark as f64 * x.step);
            line(format!(
                r##"<line x1="{at:.1}" y1="{bottom:.0}" x2="{at:.1}" y2="{:.0}" stroke="#666666"/>"##,
                bottom + 5.0
            ));
            line(format!(
                r#"<text x="{at:.1}" y="{:.0}" text-anchor="middle">{}</text>"#,
                bottom + 20.0,
                x.label(mark)
            ));
        }
        line(format!(
            r#"<text x="{:.0}" y="{:.0}" text-anchor="middle">{}</text>"#,
            LEFT + plot_width / 2.0,
            bottom + 40.0,
            escaped(self.x)
        ));
        let middle = TOP + PLOT_HEIGHT / 2.0;
        line(format!(
            r#"<text x="20" y="{middle:.0}" text-anchor="middle" transform="rotate(-90 20 {middle:.0})">{}</text>"#,
            escaped(self.y)
        ));
        for (place, series) in self.series.iter().enumerate() {
            let (colour, dashes) = STYLES[place];
            let mut path = String::new();
            for (x, y) in &series.points {
                let _ = write!(
                    path,
                    "{}{:.1},{:.1}",
                    if path.is_empty() { "" } else { " " },
                    across(*x),
                    down(*y)
                );
            }
            let style =
                format!(r#"stroke="{colour}" stroke-width="2.2" stroke-dasharray="{dashes}" fill="none""#);
            line(format!(r#"<polyline points="{path}" {style}/>"#));
            let at = bottom + 62.0 + LEGEND_LINE * place as f64;
            line(format!(
                r#"<line x1="{LEFT:.0}" y1="{at:.0}" x2="{:.0}" y2="{at:.0}" {style}/>"#,
                LEFT + 44.0
            ));
            line(format!(
                r#"<text x="{:.0}" y="{:.1}">{}</text>"#,
                LEFT + 54.0,
                at + 4.5,
                escaped(series.name)
            ));
        }
        line("</svg>".into());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_span_the_values_and_zero() {
        for (values, marks) in [
            (vec![0.0, 9.7], vec!["0", "2", "4", "6", "8", "10"]),
            (
                vec![-0.03, 0.1],
                vec!["−0.04", "−0.02", "0", "0.02", "0.04", "0.06", "0.08", "0.1"],
            ),
            (
                vec![2_000.0, 5_760.0],
                vec!["0", "1,000", "2,000", "3,000", "4,000", "5,000", "6,000"],
            ),
            (vec![0.0], vec!["0", "0.2"]),
        ] {
            let axis = Axis::over(values.iter().copied());
            let labels: Vec<_> = (axis.first..=axis.last).map(|mark| axis.label(mark)).collect();
            assert_eq!(labels, marks, "{values:?}");
        }
    }
}
