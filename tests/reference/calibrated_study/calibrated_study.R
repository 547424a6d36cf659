# The invented country of tests/data/weighting_country, calibrated by R's calibrate() to households by region and
# persons by sex and age at once. Run from this folder: Rscript calibrated_study.R > expected.csv
suppressMessages(library(survey))
from <- "../../data/weighting_country/"
families <- read.csv(paste0(from, "households.csv"))
persons <- read.csv(paste0(from, "persons.csv"))
known <- read.csv(paste0(from, "population_totals.csv"))

# Base weight, then nonresponse by region: the weights before the calibration.
drawn <- families
drawn$d <- 1 / (drawn$prob_upm * drawn$prob_viv)
answered <- !is.na(drawn$entrevista2) & drawn$entrevista2 == 1
weighted <- tapply(drawn$d, drawn$region, sum) / tapply(drawn$d * answered, drawn$region, sum)
drawn$d <- drawn$d * weighted[as.character(drawn$region)]
drawn <- drawn[answered, ]

# One column of each household for each known total of persons.
persons$band <- findInterval(persons$edad, c(0, 15, 30, 45, 60))
cells <- known$cell[known$margin == "sex_age"]
for (cell in cells) {
  sum_of <- tapply(paste(persons$sexo, persons$band, sep = "|") == cell, persons$folio, sum)
  drawn[[paste0("p_", sub("|", "_", cell, fixed = TRUE))]] <- as.vector(sum_of[as.character(drawn$folio)])
}
household <- function(value) as.vector(tapply(value, persons$folio, sum)[as.character(drawn$folio)])
drawn$size <- household(rep(1, nrow(persons)))
drawn$women <- household(persons$sexo == 2)
drawn$age <- household(persons$edad)
drawn$age_women <- household(persons$edad * (persons$sexo == 2))
drawn$elderly <- household(persons$edad >= 60)
drawn$moved <- as.numeric(drawn$desplazada == 1)
drawn$area <- factor(drawn$region)

plain <- svydesign(id = ~upm, strata = ~region, weights = ~d, data = drawn, nest = TRUE)
shape <- as.formula(paste("~ area - 1 +", paste(grep("^p_", names(drawn), value = TRUE), collapse = " + ")))
totals <- c(known$total[known$margin == "region"], known$total[known$margin == "sex_age"])
names(totals) <- colnames(model.matrix(shape, drawn))
fitted <- calibrate(plain, shape, totals, calfun = "linear", epsilon = 1e-11)

line <- function(name, region, sex, found, before) {
  cat(sprintf("%s,%s,%s,%.17g,%.17g,%.17g\n", name, region, sex, coef(found)[1], SE(found)[1], SE(before)[1]))
}
cat(sprintf("# %s, survey %s\n", R.version.string, packageVersion("survey")))
cat("indicator,wc_region,sex,estimate,se,se_without_calibration\n")
# The last column: the calibrated weights as if they had been given.
drawn$w <- weights(fitted)
given <- svydesign(id = ~upm, strata = ~region, weights = ~w, data = drawn, nest = TRUE)
both <- function(name, region, sex, what) line(name, region, sex, what(fitted, region), what(given, region))
part <- function(design, r) if (r == "_T") design else design[design$variables$region == as.numeric(r), ]
for (region in c("_T", "1", "2", "3")) {
  both("wc_families", region, "_T", function(d, r) svytotal(~I(size * 0 + 1), part(d, r)))
  both("wc_displaced_families", region, "_T", function(d, r) svytotal(~moved, part(d, r)))
  both("wc_displaced_share", region, "_T", function(d, r) svymean(~moved, part(d, r)))
  both("wc_mean_rooms", region, "_T", function(d, r) svymean(~cuartos, part(d, r)))
  both("wc_mean_age", region, "_T", function(d, r) svyratio(~age, ~size, part(d, r)))
  both("wc_age_by_room", region, "_T", function(d, r) svyratio(~age, ~I(size * cuartos), part(d, r)))
  both("wc_elderly", region, "_T", function(d, r) svyratio(~elderly, ~size, part(d, r)))
  both("wc_persons", region, "_T", function(d, r) svytotal(~size, part(d, r)))
}
both("wc_persons", "_T", "2", function(d, r) svytotal(~women, d))
both("wc_mean_age", "_T", "2", function(d, r) svyratio(~age_women, ~women, d))

# Comparison, model and test of independence of the same design, in a file of their own.
kept <- list()
pair <- function(what, estimate, se) kept[[length(kept) + 1]] <<- data.frame(what, estimate = as.numeric(estimate), se = as.numeric(se))
for (d in list(list("calibrated", fitted), list("given", given))) {
  t <- svytotal(~I(cuartos * (region == 1)) + I((region == 1) * 1) + I(cuartos * (region == 2)) + I((region == 2) * 1), d[[2]])
  names(t) <- c("ya", "na", "yb", "nb"); dimnames(attr(t, "var")) <- list(names(t), names(t))
  gap <- svycontrast(t, quote(ya / na - yb / nb))
  pair(paste0(d[[1]], "_difference"), coef(gap), SE(gap))
  m <- svyglm(moved ~ cuartos, d[[2]], family = quasibinomial(), control = list(epsilon = 1e-14, maxit = 100))
  pair(paste0(d[[1]], "_logistic"), coef(m)[2], SE(m)[2])
}
con <- file("analyses.expected.csv", "w")
writeLines(sprintf("# %s, survey %s, script calibrated_study.R", R.version.string, packageVersion("survey")), con)
kept <- do.call(rbind, kept)
for (column in c("estimate", "se")) kept[[column]] <- sprintf("%.17g", kept[[column]])
write.csv(kept, con, row.names = FALSE, quote = FALSE)
close(con)
