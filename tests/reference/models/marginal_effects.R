# Average marginal effects after svyglm, by the delta method written out: derivatives for a number, changes from the
# reference for a factor, as the package margins defines them. Reads survey.csv of models.R. Run here: Rscript marginal_effects.R
suppressMessages(library(survey))
d <- read.csv("survey.csv")
d$group <- factor(d$group)
s <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, data = d, nest = TRUE)
rows <- list()
for (family in c("logistic", "poisson")) {
  y <- c(logistic = "hit", poisson = "count")[[family]]
  link <- if (family == "logistic") quasibinomial() else quasipoisson()
  m <- svyglm(as.formula(paste(y, "~ age + group")), s, family = link, control = list(epsilon = 1e-14, maxit = 100))
  share <- d$weight / sum(d$weight)
  matrix_of <- function(data) model.matrix(~ age + group, data)
  average <- function(b, what) {                     # the average effect as a function of the coefficients
    if (what == "age") {
      eta <- matrix_of(d) %*% b
      return(sum(share * link$mu.eta(eta)) * b[2])
    }
    set <- function(code) { changed <- d; changed$group <- factor(rep(code, nrow(d)), levels = levels(d$group)); changed }
    sum(share * (link$linkinv(matrix_of(set(what)) %*% b) - link$linkinv(matrix_of(set("a")) %*% b)))
  }
  b <- coef(m)
  for (what in c("age", "b", "c")) {
    gradient <- sapply(seq_along(b), function(i) {   # Richardson: central differences at two steps
      central <- function(h) { up <- b; up[i] <- up[i] + h; down <- b; down[i] <- down[i] - h
                               (average(up, what) - average(down, what)) / (2 * h) }
      h <- 1e-3 * max(abs(b[i]), 1e-2)
      (4 * central(h / 2) - central(h)) / 3
    })
    rows[[length(rows) + 1]] <- data.frame(family, what, effect = sprintf("%.12g", average(b, what)),
      se = sprintf("%.12g", sqrt(as.numeric(gradient %*% vcov(m) %*% gradient))))
  }
}
out <- do.call(rbind, rows)
writeLines(sprintf("# %s; survey %s", R.version.string, packageVersion("survey")), "marginal_effects.expected.csv")
suppressWarnings(write.table(out, "marginal_effects.expected.csv", append = TRUE, sep = ",", row.names = FALSE, quote = FALSE))
